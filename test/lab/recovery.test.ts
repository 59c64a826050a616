import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { LabCluster } from "./support/lab-cluster";

/** What must never happen to a cluster, tried: a deploy killed anywhere, disks wiped, power cut, a state lost. */
const cluster = new LabCluster({ name: "t-recovery", core: 3, workers: 1 });
beforeAll(() => cluster.boot());
afterAll(() => cluster.down());

const members = async (node = "core-1") =>
  (await cluster.etcdctl(node, "member list")).split("\n").map((line) => {
    const [id, status, name, , , learner] = line.split(", ");
    return { id, status, name, learner };
  });
const voters = ["core-1", "core-2", "core-3"].map((name) => expect.objectContaining({ name, status: "started", learner: "false" }));

test("a first deploy that is killed again and again founds one cluster with one CA", async () => {
  let ca: string | undefined;
  for (const seconds of [6, 9, 12, 16, 20]) {
    const { child, ended } = cluster.startDeploy();
    await sleep(seconds * 1000);
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
    await ended;
    const now = (await cluster.lab.exec("core-1", "cat /etc/credentials/x509/ca.pem")).stdout;
    if (ca !== undefined && ca !== "") expect(now).toBe(ca);
    ca = now;
  }
  const { code, output } = await cluster.deploy();
  expect(code, output).toBe(0);
  expect((await members()).sort((a, b) => (a.name ?? "").localeCompare(b.name ?? ""))).toEqual(voters);
  const authorities = await Promise.all(cluster.lab.nodes.map(({ name }) => cluster.exec(name, "cat /etc/credentials/x509/ca.pem")));
  expect(new Set(authorities).size).toBe(1);
  expect((await cluster.diff()).output).toContain("No changes.");
});

test("a connection cut in the middle of an activation stops nothing; the next deploy waits for it", async () => {
  cluster.services.slow = { files: "slow", systemd_services: ["slow.service"], scheduling_group: "core" };
  cluster.file(
    "files/slow/etc/systemd/system/slow.service",
    "[Service]\nType=notify\nNotifyAccess=all\nExecStart=/bin/sh -c 'sleep 5; systemd-notify --ready; exec sleep infinity'\n\n[Install]\nWantedBy=multi-user.target\n",
  );
  cluster.write();
  const { child, ended } = cluster.startDeploy();
  // While core-1 starts the slow unit.
  while ((await cluster.lab.exec("core-1", "systemctl is-active slow.service")).stdout.trim() !== "activating") await sleep(200);
  process.kill(-(child.pid as number), "SIGKILL");
  await ended;
  const { code, output } = await cluster.deploy();
  expect(code, output).toBe(0);
  expect(await cluster.exec("core-1", "systemctl is-active slow.service")).toBe("active");
  expect((await cluster.diff()).output).toContain("No changes.");
  delete cluster.services.slow;
  cluster.write();
  expect((await cluster.deploy()).code).toBe(0);
});

test("all machines switched off and on at once: whole within 60 s, without the operator", async () => {
  await cluster.etcdctl("core-1", "put /survives power");
  await cluster.lab.stopAll();
  const started = performance.now();
  await cluster.lab.startAll();
  for (;;) {
    const health = await cluster.lab.exec(
      "core-2",
      "set -a; . /etc/etcd/etcdctl.env; . /etc/etcd/endpoints.env; etcdctl endpoint health --cluster",
    );
    if (health.code === 0) break;
    if (performance.now() - started > 60_000) throw new Error(health.stdout + health.stderr);
    await sleep(500);
  }
  expect(performance.now() - started).toBeLessThan(60_000);
  expect(await cluster.etcdctl("core-3", "get --print-value-only /survives")).toBe("power");
  const status = await cluster.status();
  expect(Object.values(status.nodes).every((node) => (node as { reachable: boolean }).reachable)).toBe(true);
});

test("the seed with an empty disk joins the others; it never founds a second cluster", async () => {
  const before = await members("core-2");
  await cluster.lab.reinstall("core-1");
  cluster.trust();
  expect((await cluster.minicluster("redeliver", "core-1")).code).toBe(0);
  const { code, output } = await cluster.deploy();
  expect(code, output).toBe(0);
  const after = await members("core-2");
  expect([...after].sort((a, b) => (a.name ?? "").localeCompare(b.name ?? ""))).toEqual(voters);
  expect(after.find(({ name }) => name === "core-1")?.id).not.toBe(before.find(({ name }) => name === "core-1")?.id);
  expect(await cluster.etcdctl("core-1", "get --print-value-only /survives")).toBe("power");
  expect((await cluster.diff()).output).toContain("No changes.");
});

describe("a vault that is not whole is refused, and nothing is touched", () => {
  beforeEach(() => cluster.copyVault("private", "backup"));
  afterEach(() => cluster.copyVault("backup", "private"));

  test("without its state", async () => {
    rmSync(cluster.vaultFile("terraform.tfstate"));
    const { code, output } = await cluster.deploy();
    expect(code).not.toBe(0);
    expect(output).toContain("terraform.tfstate: the state is missing, but founded is there");
  });

  test("without its record", async () => {
    rmSync(cluster.vaultFile("placement.json"));
    const { code, output } = await cluster.deploy();
    expect(code).not.toBe(0);
    expect(output).toContain("placement.json: the record of what runs where is missing");
  });

  test("wholly new, by the machines themselves", async () => {
    const generation = await cluster.exec("core-1", "readlink /var/lib/minicluster/current");
    for (const name of ["terraform.tfstate", "terraform.tfstate.backup", "placement.json", "founded"])
      rmSync(cluster.vaultFile(name), { force: true });
    const { code, output } = await cluster.deploy();
    expect(code).not.toBe(0);
    for (const node of ["core-1", "core-2", "core-3", "worker-1"])
      expect(output).toContain(`FAILED ${node}: it belongs to a cluster with another CA`);
    expect(await cluster.exec("core-1", "readlink /var/lib/minicluster/current")).toBe(generation);
  });
});

test("after all that, nothing is left to change", async () => {
  expect((await cluster.diff()).output).toContain("No changes.");
  expect((await cluster.etcdctl("core-2", "endpoint health --cluster")).match(/is healthy/g)).toHaveLength(3);
});
