import { readFileSync } from "node:fs";
import { join } from "node:path";
import { renderCloudConfig } from "../../constructs/payload/cloud-config";
import { embeddedServices } from "../../constructs/services/registry";
import { loadModel } from "../../edge/load";
import { PROJECT } from "../../edge/read-sources";
import { LabCluster } from "./support/lab-cluster";

/** What Debian's own programs say of what we give a machine: one core node is enough. */
const cluster = new LabCluster({ name: "t-debian", core: 1, workers: 0, bare: true });

beforeAll(async () => {
  await cluster.boot();
  const { code, output } = await cluster.deploy();
  expect(code, output).toBe(0);
});
afterAll(() => cluster.down());

test("systemd finds nothing wrong with the units", async () => {
  const units =
    "etcd.service etcd-snapshot.service etcd-snapshot.timer chrony.service prometheus-node-exporter.service ssh-host-certificates.service";
  expect(await cluster.exec("core-1", `systemd-analyze verify --man=no ${units} 2>&1`)).toBe("");
});

test("cloud-init finds nothing wrong with the cloud-config, as root and as another user", async () => {
  const { model, sources } = loadModel(cluster.folder);
  for (const user of ["root", "ops"]) {
    const [node] = model.nodes;
    if (node === undefined) throw new Error("no node");
    const text = renderCloudConfig({ ...model, ssh: { ...model.ssh, user } }, node, sources, embeddedServices);
    await cluster.exec("core-1", `cat >/root/user-data <<'END'\n${text}\nEND\n`);
    expect(await cluster.exec("core-1", "cloud-init schema --config-file /root/user-data 2>&1")).toContain("Valid schema");
  }
});

test("a snapshot is a whole database; seven are kept", async () => {
  await cluster.exec(
    "core-1",
    "mkdir -p -m 0700 /var/backups/etcd && for day in 1 2 3 4 5 6 7 8; do touch /var/backups/etcd/2026-01-0${day}T000000Z.db; done",
  );
  await cluster.exec("core-1", "systemctl start etcd-snapshot.service");
  const names = (await cluster.exec("core-1", "ls /var/backups/etcd")).split("\n");
  expect(names).toHaveLength(7);
  expect(names).not.toContain("2026-01-01T000000Z.db");
  expect(await cluster.exec("core-1", `etcdutl snapshot status /var/backups/etcd/${names.at(-1)} -w fields`)).toContain('"Hash"');
  expect(await cluster.exec("core-1", "stat -c %a /var/backups/etcd")).toBe("700");
  expect(await cluster.exec("core-1", "systemctl is-active etcd-snapshot.timer")).toBe("active");
});

describe("minicluster-prepare refuses a machine", () => {
  const script = readFileSync(join(PROJECT, "cloud-init/node/minicluster-prepare"), "utf8");
  const facts = {
    step: "check",
    MINICLUSTER_NODE: "core-1",
    MINICLUSTER_TIME: "$(date --utc +%FT%TZ)",
    MINICLUSTER_CA_SHA256: "$(sha256sum </etc/credentials/x509/ca.pem | cut -d ' ' -f 1)",
    MINICLUSTER_MACHINE: "",
    MINICLUSTER_PACKAGES: "chrony",
    MINICLUSTER_UNITS: "",
    MINICLUSTER_ARTIFACTS: "",
  };
  const prepare = async (change: Partial<typeof facts>) => {
    const header = Object.entries({ ...facts, ...change }).map(([name, value]) => `${name}="${value}"`);
    await cluster.exec("core-1", `cat >/root/prepare <<'END'\n${[...header, script].join("\n")}\nEND\n`);
    const { code, stdout, stderr } = await cluster.lab.exec("core-1", "cd && sh ./prepare 2>&1");
    return { code, said: stdout + stderr };
  };

  test.each([
    [
      "whose clock is wrong",
      { MINICLUSTER_TIME: "$(date --utc --date='90 seconds' +%FT%TZ)" },
      /FAILED core-1: its clock is -9\d s off the operator's/,
    ],
    ["of another CA", { MINICLUSTER_CA_SHA256: "0".repeat(64) }, /FAILED core-1: it belongs to a cluster with another CA/],
    [
      "of another architecture",
      { MINICLUSTER_MACHINE: "riscv64" },
      /FAILED core-1: its processor is \w+, the programs were built for riscv64/,
    ],
    [
      "that cannot get a package",
      { MINICLUSTER_PACKAGES: "no-such-package" },
      /FAILED core-1: these packages could not be installed: no-such-package/,
    ],
  ])("%s", async (_, change, message) => {
    const { code, said } = await prepare(change);
    expect(said).toMatch(message);
    expect(code).toBe(1);
    expect(await cluster.exec("core-1", "ls /usr/sbin/policy-rc.d 2>/dev/null || true")).toBe("");
  });

  test("that is not Debian 13", async () => {
    await cluster.exec(
      "core-1",
      "cp -a /etc/os-release /root/os-release && rm /etc/os-release && sed 's/^VERSION_ID=.*/VERSION_ID=12/' /usr/lib/os-release >/etc/os-release",
    );
    const { said } = await prepare({});
    await cluster.exec("core-1", "mv /root/os-release /etc/os-release");
    expect(said).toMatch(/FAILED core-1: this is Debian .*, not Debian 13/);
  });

  test("and says nothing where all is well", async () => {
    expect(await prepare({})).toEqual({ code: 0, said: "" });
  });
});

test("a package is installed without its service starting, and runs once it is delivered", async () => {
  cluster.services.cache = { packages: ["memcached"], systemd_services: ["memcached.service"] };
  cluster.write();
  const { code, output } = await cluster.deploy();
  expect(code, output).toBe(0);
  expect(await cluster.exec("core-1", "systemctl is-active memcached.service")).toBe("active");
  // Its first start is the activation's, after the package was there.
  expect(await cluster.exec("core-1", "journalctl --no-pager --output=cat --unit=memcached.service | grep -c Started")).toBe("1");
});
