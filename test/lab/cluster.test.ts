import { existsSync } from "node:fs";
import { EtcdWriter } from "./support/etcd-writer";
import { type Ended, LabCluster } from "./support/lab-cluster";
import { signedBy } from "./support/sign";
import { ask } from "./support/tls";
import { addWebService, nodesRunning } from "./support/web-service";

/** One cluster's life, told in order: each test starts from what the one before has left. */
const cluster = new LabCluster({ name: "t-cluster", core: 3, workers: 2 });
const outputs: string[] = [];

const deploy = async () => said(await cluster.deploy());
const diff = async () => said(await cluster.diff());
function said(ended: Ended): Ended {
  outputs.push(ended.output);
  return ended;
}

beforeAll(async () => {
  // Four services of two instances: enough for a new worker to be given one.
  for (const [name, port] of [
    ["web", 8080],
    ["api", 8081],
    ["jobs", 8082],
    ["docs", 8083],
  ] as const) {
    addWebService(cluster, name, port, { scheduling_group: "workers" });
  }
  cluster.services.agent = { user: "agent", service_credentials: [{ name: "agent" }] };
  for (const name of ["worker-1", "worker-2"]) cluster.nodes[name] = { ...cluster.nodes[name], groups: ["workers"] };
  await cluster.boot();
});
afterAll(() => cluster.down());

describe("a first deploy", () => {
  test("ends with exit code 0, and the next diff is empty", async () => {
    const deployed = await deploy();
    expect(deployed.code, deployed.output).toBe(0);
    expect((await diff()).output).toContain("No changes.");
  });

  test("founds a cluster of three healthy members", async () => {
    const { etcd } = await cluster.status();
    expect(etcd.members.map((member: { name: string }) => member.name).sort()).toEqual(["core-1", "core-2", "core-3"]);
    expect(etcd.members.every((member: { healthy: boolean }) => member.healthy)).toBe(true);
    expect(etcd.members.filter((member: { leader: boolean }) => member.leader)).toHaveLength(1);
  });

  test("runs the user's services on two nodes each, with static discovery at hand", async () => {
    expect(await nodesRunning(cluster, "web.service")).toEqual(["worker-1", "worker-2"]);
    const services = JSON.parse(await cluster.exec("core-1", "cat /etc/minicluster/services.json"));
    expect(services.web).toEqual({
      hosts: ["worker-1", "worker-2"],
      addresses: { "worker-1": [cluster.addressOf("worker-1")], "worker-2": [cluster.addressOf("worker-2")] },
      ports: [8080],
    });
    expect(await cluster.exec("core-1", ". /etc/minicluster/enabled.env; echo $enable_web $enable_etcd")).toBe("false true");
  });
});

describe("who may talk to what", () => {
  const pem = (node: string, path: string) => cluster.exec(node, `cat /etc/credentials/${path}`);
  const pair = async (node: string, folder: string) => ({
    cert: await pem(node, `${folder}/cert.pem`),
    key: await pem(node, `${folder}/private_key.pem`),
  });

  test.each([
    ["the administrator's", "etcd/admin", true],
    ["a service's of the other CA", "x509/agent/client", false],
    ["no", undefined, false],
  ])("etcd on 2379 with %s certificate", async (_, folder, allowed) => {
    const answer = await ask({
      address: cluster.addressOf("core-2"),
      port: 2379,
      path: "/version",
      servername: `etcd.${cluster.domain}`,
      ca: await pem("core-1", "etcd/etcd/ca.pem"),
      ...(folder === undefined ? {} : await pair("core-1", folder)),
    });
    expect(answer).toMatch(allowed ? /^200 .*etcdserver/ : /^refused/);
  });

  // From a core node, since a peer's address must be in its certificate too.
  test.each([
    ["a member's", "etcd/etcd", true],
    ["the administrator's", "etcd/admin", false],
    ["a service's of the other CA", "x509/agent/client", false],
    ["no", undefined, false],
  ])("etcd on 2380 with %s certificate", async (_, folder, allowed) => {
    const client = folder === undefined ? "" : `-cert /etc/credentials/${folder}/cert.pem -key /etc/credentials/${folder}/private_key.pem`;
    const answer = await cluster.exec(
      "core-1",
      `printf 'GET /version HTTP/1.0\\r\\n\\r\\n' | timeout 5 openssl s_client -quiet -verify_quiet -connect ${cluster.addressOf("core-2")}:2380 -CAfile /etc/credentials/etcd/etcd/ca.pem ${client} 2>&1 || true`,
    );
    if (allowed) expect(answer).toContain("etcdserver");
    else expect(answer).not.toContain("HTTP/1");
  });

  test("etcdctl with the administrator's certificate, and without", async () => {
    await cluster.etcdctl("core-1", "put /greeting hello");
    expect(await cluster.etcdctl("core-3", "get --print-value-only /greeting")).toBe("hello");
    const ca = "--cacert=/etc/credentials/etcd/admin/ca.pem --endpoints=https://127.0.0.1:2379 --command-timeout=3s";
    await expect(cluster.exec("core-1", `etcdctl ${ca} get /greeting 2>&1`)).rejects.toThrow();
    await cluster.etcdctl("core-1", "del /greeting");
  });

  test("metrics go to prometheus and to no other certificate of the CA", async () => {
    const ca = await pem("core-1", "x509/ca.pem");
    const metrics = (client: { cert: string; key: string }) =>
      ask({
        address: cluster.addressOf("worker-1"),
        port: 9100,
        path: "/metrics",
        servername: `node-exporter.${cluster.domain}`,
        ca,
        ...client,
      });
    expect(await metrics(await pair("core-1", "x509/agent/client"))).toMatch(/^refused/);
    expect(await metrics(signedBy(cluster, "services", { names: [`prometheus.${cluster.domain}`] }))).toMatch(
      /^200 .*node_exporter_build_info/s,
    );
    expect(await metrics(signedBy(cluster, "services", { names: [`notprometheus.${cluster.domain}`] }))).toMatch(/^refused/);
  });

  test("a key can be read by its service's user alone", async () => {
    const found = await cluster.exec(
      "core-1",
      "find /etc/credentials -name private_key.pem | while read -r key; do for user in nobody agent; do " +
        'setpriv --reuid="$user" --clear-groups cat "$key" >/dev/null 2>&1 && echo "$user $key"; done; done; true',
    );
    expect(found.split("\n").sort()).toEqual([
      "agent /etc/credentials/x509/agent/client/private_key.pem",
      "agent /etc/credentials/x509/agent/server/private_key.pem",
    ]);
  });
});

describe("one variable of etcd", () => {
  test("shows as one file on the three core nodes and nothing else", async () => {
    cluster.services.etcd = { environment: { ETCD_HEARTBEAT_INTERVAL: 250 } };
    cluster.write();
    const { output } = await diff();
    expect([...output.matchAll(/^[\w-]*\s*# (\S+) .*(?:will|must) be /gm)].map(([, name]) => name)).toEqual([
      "null_resource.core-1_activation",
      "null_resource.core-2_activation",
      "null_resource.core-3_activation",
    ]);
    const triggers = [...output.matchAll(/~ "([^"]+)"\s+= "[0-9a-f]+" -> "[0-9a-f]+"/g)].map(([, path]) => path);
    expect(triggers).toEqual(Array(3).fill("/etc/minicluster/environment/etcd.env"));
  });

  test("restarts one member after the other, and no acknowledged write is lost", async () => {
    const writer = new EtcdWriter(cluster, "core-2");
    await writer.start();
    const { code, output } = await deploy();
    const { acknowledged, lost } = await writer.stop();
    expect(code, output).toBe(0);
    expect(acknowledged.length).toBeGreaterThan(20);
    expect(lost).toEqual([]);
    const restarts = [...output.matchAll(/null_resource\.(core-\d)_activation.* \(remote-exec\): (restart|healthy) etcd\.service/g)].map(
      ([, node, what]) => `${what} ${node}`,
    );
    expect(restarts, output).toEqual(["core-1", "core-2", "core-3"].flatMap((node) => [`restart ${node}`, `healthy ${node}`]));
  });
});

test("a change that fails its health check goes back where it failed, stops there, and says so", async () => {
  const before = await cluster.exec("core-2", "readlink /var/lib/minicluster/current");
  cluster.services.picky = { scheduling_group: "core", files: "picky", systemd_services: ["picky.service"] };
  cluster.file(
    "files/picky/etc/systemd/system/picky.service",
    `[Service]\nExecStart=/bin/sh -c 'test "$(hostname)" != core-2 && exec sleep infinity'\nRestart=always\n\n[Install]\nWantedBy=multi-user.target\n`,
  );
  cluster.write();
  const { code, output } = await deploy();
  expect(code).not.toBe(0);
  expect(output).toMatch(/FAILED core-2: picky\.service/);
  expect(output).toMatch(/rolled back: core-2/);
  expect(output).toMatch(/untouched: core-3/);
  expect(output).toMatch(/passed: core-1/);
  expect(await cluster.exec("core-2", "readlink /var/lib/minicluster/current")).toBe(before);
  expect(await nodesRunning(cluster, "picky.service")).toEqual(["core-1"]);
  expect(await cluster.exec("core-2", "ls /etc/systemd/system/picky.service 2>&1 || true")).toContain("No such file");
  expect(await cluster.etcdctl("core-2", "endpoint health --cluster")).toMatch(/(is healthy[\s\S]*){3}/);

  delete cluster.services.picky;
  cluster.write();
  expect((await deploy()).code).toBe(0);
  expect(await nodesRunning(cluster, "picky.service")).toEqual([]);
  expect((await diff()).output).toContain("No changes.");
});

describe("a worker", () => {
  const limited = ["api", "docs", "jobs", "web"];
  const runningEverywhere = () => Promise.all(limited.map((name) => nodesRunning(cluster, `${name}.service`)));

  test("that is added gets what the bound allows, shown in the diff; the old instance stops after the new one answers", async () => {
    const before = await runningEverywhere();
    cluster.nodes["worker-3"] = { addresses: [cluster.address(23)], groups: ["workers"] };
    await cluster.boot();
    const shown = (await diff()).output;
    const { code, output } = await deploy();
    expect(code, output).toBe(0);
    const after = await runningEverywhere();
    // floor(13 limited instances / 6 nodes) = 2: these 8, and 5 of minicluster's own on core nodes
    const moved = limited.filter((_, index) => before[index]?.join() !== after[index]?.join());
    expect(moved).toHaveLength(2);
    for (const service of moved) {
      expect(output).toMatch(new RegExp(`hand over ${service}: worker-3 answers on ${cluster.addressOf("worker-3")}:80`));
      expect(shown).toMatch(new RegExp(`"${service}" += "worker-1 worker-2" -> "worker-[12] worker-3"`));
      expect(after[limited.indexOf(service)]).toContain("worker-3");
    }
    for (const [index, nodes] of after.entries())
      if (!moved.includes(limited[index] as string)) expect(nodes).toEqual(["worker-1", "worker-2"]);
    expect((await diff()).output).toContain("No changes.");
  });

  test("that is dead stops no other, is named, and is brought up to date by one more deploy", async () => {
    await cluster.lab.kill("worker-2");
    cluster.services.agent = {
      ...(cluster.services.agent as object),
      environment: { ROUND: 2 },
      systemd_services: ["agent.service"],
      files: "agent",
    };
    cluster.file(
      "files/agent/etc/systemd/system/agent.service",
      "[Service]\nUser=agent\nExecStart=/bin/sleep infinity\nRestart=always\n\n[Install]\nWantedBy=multi-user.target\n",
    );
    cluster.write();
    const { code, output } = await deploy();
    expect(code).not.toBe(0);
    expect(output.split("\n").slice(-30).join("\n")).toContain("worker-2");
    await cluster.lab.start("worker-2");
    expect(await nodesRunning(cluster, "agent.service")).toEqual(["core-1", "core-2", "core-3", "worker-1", "worker-3"]);

    expect((await deploy()).code).toBe(0);
    expect(await nodesRunning(cluster, "agent.service")).toContain("worker-2");
    expect((await diff()).output).toContain("No changes.");
  });

  test("that was reinstalled is refused until trusted, then rebuilt by redeliver and a deploy", async () => {
    await cluster.lab.reinstall("worker-3");
    expect((await cluster.minicluster("redeliver", "worker-3")).code).toBe(0);
    const refused = await deploy();
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain("worker-3");

    cluster.trust();
    const { code, output } = await deploy();
    expect(code, output).toBe(0);
    expect(await nodesRunning(cluster, "agent.service")).toContain("worker-3");
    expect((await diff()).output).toContain("No changes.");
  });

  test("that a service leaves keeps its data, and no unit, file or key of it", async () => {
    const [, , , web = []] = await runningEverywhere();
    const [gone = ""] = web;
    await cluster.exec(gone, "echo kept >/var/lib/web/page");
    delete cluster.services.web;
    cluster.write();
    expect((await deploy()).code).toBe(0);
    expect(await nodesRunning(cluster, "web.service")).toEqual([]);
    expect(
      await cluster.exec(
        gone,
        "ls -d /etc/systemd/system/web.service /etc/credentials/x509/web /etc/systemd/system/multi-user.target.wants/web.service 2>/dev/null; cat /var/lib/web/page",
      ),
    ).toBe("kept");
  });

  test("keeps a unit that two services share while one of them stays", async () => {
    const shared = { user: "agent", systemd_services: ["agent.service"], files: "agent" };
    cluster.services.helper = { ...shared, scheduling_group: "workers" };
    cluster.write();
    expect((await deploy()).code).toBe(0);
    const started = await cluster.exec("worker-1", "systemctl show -p ExecMainStartTimestampMonotonic agent.service");
    delete cluster.services.helper;
    cluster.write();
    expect((await deploy()).code).toBe(0);
    expect(await cluster.exec("worker-1", "systemctl show -p ExecMainStartTimestampMonotonic agent.service")).toBe(started);
  });
});

test("what an operator repairs by hand is seen by status, and a redelivery puts it right", async () => {
  await cluster.exec("worker-1", "echo '# edited' >>/etc/minicluster/hosts.json; systemctl stop agent.service");
  const status = await cluster.status();
  expect(JSON.stringify(status.nodes["worker-1"])).toContain("/etc/minicluster/hosts.json");
  expect((await cluster.minicluster("redeliver", "worker-1")).code).toBe(0);
  const { code, output } = await deploy();
  expect(code, output).toBe(0);
  expect(output).toMatch(/repair \/etc\/minicluster\/hosts\.json/);
  expect(await nodesRunning(cluster, "agent.service")).toContain("worker-1");
});

test("no key is anywhere but in the vault and where it belongs", async () => {
  const canaries = await Promise.all(
    ["core-1:etcd/admin", "core-2:etcd/etcd", "worker-1:x509/agent/client"].map(async (place) => {
      const [node = "", folder] = place.split(":");
      return (await cluster.exec(node, `sed -n 2p /etc/credentials/${folder}/private_key.pem`)).slice(0, 40);
    }),
  );
  expect(canaries.every((canary) => canary.length === 40)).toBe(true);
  const needles = [...canaries, "PRIVATE KEY"];
  for (const needle of needles) {
    expect(outputs.filter((output) => output.includes(needle))).toEqual([]);
    // Archives are unpacked before they are searched; text is searched as it is.
    expect(cluster.filesOfOutputHolding(needle)).toEqual([]);
  }
  expect(existsSync(cluster.outputFolder)).toBe(true);
  for (const node of ["core-1", "worker-1"]) {
    const pattern = needles.map((needle) => `-e '${needle}'`).join(" ");
    expect(
      await cluster.exec(
        node,
        `grep -rlF ${pattern} /tmp /var/tmp /root /home 2>/dev/null; journalctl --no-pager | grep -cF ${pattern}; true`,
      ),
    ).toBe("0");
  }
});
