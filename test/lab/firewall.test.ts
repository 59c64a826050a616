import { setTimeout as sleep } from "node:timers/promises";
import { LabCluster } from "./support/lab-cluster";
import { predicted, scan } from "./support/scan";
import { addWebService } from "./support/web-service";

/** A core node, a worker, and a machine that is in no inventory until it joins; each with IPv4 and IPv6. */
const cluster = new LabCluster({ name: "t-firewall", core: 1, workers: 2 });
const OUTSIDE = "worker-2";
const MEMBERS = ["core-1", "worker-1"];
const addresses: Record<string, [string, string]> = {};
const ssh = { user: "root", private_key_file: "private/id_ed25519" };

const deploy = async () => {
  cluster.write();
  const ended = await cluster.deploy();
  expect(ended.code, ended.output).toBe(0);
  return ended.output;
};
/** Times that somebody logged in at a node. */
const logins = async (node: string) => Number(await cluster.exec(node, "journalctl -u ssh -o cat | grep -c '^Accepted publickey'"));
const processes = (node: string, ...units: string[]) => cluster.exec(node, `systemctl show --value -p MainPID ${units.join(" ")} | xargs`);
/** 0 where a connection comes about, within two seconds. */
const knock = async (from: string, address: string, port: number) =>
  (await cluster.lab.exec(from, `timeout 2 bash -c '</dev/tcp/${address}/${port}' 2>/dev/null`)).code === 0;

async function expectAsPredicted(from: string, last?: number): Promise<void> {
  for (const node of MEMBERS.filter((name) => name !== from)) {
    const expected = await predicted(cluster, node, addresses[from] ?? []);
    for (const address of addresses[node] ?? []) {
      expect(await scan(cluster, from, address, last), `${node} at ${address} from ${from}`).toEqual(expected);
    }
  }
}

beforeAll(async () => {
  for (const [name, last] of [
    ["core-1", 11],
    ["worker-1", 21],
    [OUTSIDE, 22],
  ] as const) {
    addresses[name] = [cluster.address(last), cluster.address6(last)];
    cluster.nodes[name] = { ...cluster.nodes[name], addresses: addresses[name] };
  }
  cluster.nodes["worker-1"] = { ...cluster.nodes["worker-1"], groups: ["workers"] };
  addWebService(cluster, "web", 8080, { scheduling_group: "workers", num_instances: "all", allow_from: "everywhere" });
  addWebService(cluster, "jobs", 8081, { scheduling_group: "workers", num_instances: "all", allow_from: ["etcd"] });
  addWebService(cluster, "quiet", 8082, { scheduling_group: "workers", num_instances: "all", allow_from: [] });
  // How long a reload keeps what was open before.
  cluster.services.firewall = { environment: { GRACE_SECONDS: 20 } };
  await cluster.boot();
  delete cluster.nodes[OUTSIDE];
});
afterAll(() => cluster.down());

test("a first deploy confirms what it closes, and the next diff is empty", async () => {
  const output = await deploy();
  expect(output).toMatch(/generation 1: .*; to be confirmed by a new connection within 60 s/);
  expect(output).toMatch(/confirmed generation 1/);
  expect((await cluster.diff()).output).toContain("No changes.");
  for (const node of MEMBERS) expect(await cluster.exec(node, "ls /var/lib/minicluster")).not.toContain("unconfirmed");
});

test("nodes answer to ping and tell errors, in both families", async () => {
  for (const address of addresses["core-1"] ?? [])
    expect(await cluster.exec("worker-1", `ping -c1 -W2 ${address} | grep -c ' 0% packet loss'`)).toBe("1");
});

test("what a provider tells a machine of itself is for root alone", async () => {
  // The machine outside plays the provider.
  const provider = { "169.254.169.254": ["ip", addresses[OUTSIDE]?.[0]], "fd00:ec2::254": ["ip -6", addresses[OUTSIDE]?.[1]] };
  for (const [address, [ip, via]] of Object.entries(provider)) {
    await cluster.exec(OUTSIDE, `${ip} addr add ${address} dev lo`);
    await cluster.exec("worker-1", `${ip} route add ${address} via ${via}`);
    await cluster.exec("worker-1", `timeout 5 bash -c '</dev/tcp/${address}/22'`);
    const other = await cluster.lab.exec("worker-1", `runuser -u nobody -- timeout 5 bash -c '</dev/tcp/${address}/22'`);
    expect([other.code, other.stderr]).toEqual([1, expect.stringMatching(/No route to host|Permission denied/)]);
    await cluster.exec("worker-1", `${ip} route del ${address} via ${via}`);
  }
});

test("what was dropped shows in the logs", async () => {
  // The kernel of a lab machine is the host's, and tells it nothing: an entry of the journal as it would be stands for it.
  const line = "minicluster-firewall dropped: IN=host0 SRC=192.0.2.7 PROTO=TCP DPT=3306";
  await cluster.exec("worker-1", "apt-get -qq update && apt-get -qq install -y systemd-journal-remote >/dev/null 2>&1");
  const entries = [`kernel:${line}`, "syslog:minicluster-firewall dropped: a lie"].map((each) => `'${each}'`).join(" ");
  // A second ahead: what is older than the last entry that the relay has read, it does not see.
  await cluster.exec(
    "worker-1",
    `for each in ${entries}; do
      printf '__REALTIME_TIMESTAMP=%s\\n__MONOTONIC_TIMESTAMP=%s\\n_BOOT_ID=%s\\n_TRANSPORT=%s\\nSYSLOG_IDENTIFIER=kernel\\nPRIORITY=6\\nMESSAGE=%s\\n\\n' \\
        "$(date --date='+1 sec' +%s%6N)" "$(awk '{ printf "%d", ($1 + 1) * 1000000 }' /proc/uptime)" \\
        "$(tr -d - </proc/sys/kernel/random/boot_id)" "\${each%%:*}" "\${each#*:}"
    done | /usr/lib/systemd/systemd-journal-remote -o "/var/log/journal/$(cat /etc/machine-id)/kernel.journal" - 2>&1`,
  );
  await sleep(8_000);
  const { output } = await cluster.minicluster("logs", "firewall");
  expect(output).toMatch(new RegExp(`worker-1 .*${line}`, "m"));
  // No program can claim to be the kernel.
  expect(output).not.toContain("a lie");
});

test("only what the node is reached by costs a second connection", async () => {
  const before = await Promise.all(MEMBERS.map(logins));
  cluster.services.web = { ...(cluster.services.web as object), environment: { GREETING: "hello" } };
  const output = await deploy();
  expect(output).not.toContain("to be confirmed");
  expect(await Promise.all(MEMBERS.map(logins))).toEqual([before[0], (before[1] ?? 0) + 1]);
  cluster.services.jobs = { ...(cluster.services.jobs as object), allow_from: "all" };
  await deploy();
  expect(await Promise.all(MEMBERS.map(logins))).toEqual([before[0], (before[1] ?? 0) + 3]);
});

test("a rule set that locks SSH out is taken back by the nodes, which tell the deploy; their services run on", async () => {
  const units = ["etcd.service", "prometheus-node-exporter.service"];
  const before = [await processes("core-1", ...units), await processes("worker-1", "web.service", "jobs.service")];
  const rules = await cluster.exec("core-1", "cat /etc/minicluster/firewall/ssh.nft");
  cluster.inventory.ssh = { ...ssh, allow_from: ["192.0.2.7"] };
  cluster.write();
  const began = Date.now();
  const { code, output } = await cluster.deploy();
  console.log(`locked out for ${Math.round((Date.now() - began) / 1000)} s, with the deploy`);
  expect(code).not.toBe(0);
  for (const node of MEMBERS) {
    expect(output).toMatch(new RegExp(`FAILED ${node}: nobody got in by a new connection within 60 s`));
    expect(output).toMatch(new RegExp(`taken back: ${node} to generation \\d+`));
  }
  expect(output).toContain("changed: /etc/minicluster/firewall/ssh.nft");
  expect([await processes("core-1", ...units), await processes("worker-1", "web.service", "jobs.service")]).toEqual(before);
  expect(await cluster.exec("core-1", "cat /etc/minicluster/firewall/ssh.nft")).toBe(rules);
  expect(Object.values((await cluster.status()).nodes as object).every((node) => node.reachable)).toBe(true);
});

test("power that fails while a node waits for its confirmation changes nothing: it goes back", async () => {
  const { ended } = cluster.startDeploy();
  while ((await cluster.lab.exec("worker-1", "test -e /var/lib/minicluster/unconfirmed/applied")).code !== 0) await sleep(500);
  await cluster.lab.kill("worker-1");
  await cluster.lab.start("worker-1", false);
  expect((await ended).code).not.toBe(0);
  expect(await cluster.exec("worker-1", "cat /etc/minicluster/firewall/ssh.nft")).toContain("\ntcp dport 22 ");
  expect((await cluster.minicluster("ssh", "worker-1", "true")).code).toBe(0);
});

test("a good one after it is confirmed, and keeps others out", async () => {
  // The operator's machine, as the nodes see it.
  cluster.inventory.ssh = { ...ssh, allow_from: [cluster.address(254)] };
  await deploy();
  await expectAsPredicted(OUTSIDE, 10_000);
  expect(await knock(OUTSIDE, cluster.address(11), 22)).toBe(false);
  cluster.inventory.ssh = ssh;
  await deploy();
});

test("a machine outside of the cluster finds what is open to everyone, over IPv4 and IPv6", () => expectAsPredicted(OUTSIDE));

test.each(MEMBERS)("the member %s finds exactly what the model opens to it", (node) => expectAsPredicted(node));

test("a node that joins is let in before it needs it, one that leaves last, and nobody's connections fail meanwhile", async () => {
  const watch = `nohup bash -c 'while [ ! -e /run/stop ]; do timeout 2 bash -c "</dev/tcp/${cluster.address(11)}/2379" || echo failed; sleep 0.05; done' >/run/watch 2>&1 &`;
  await cluster.exec("worker-1", `rm -f /run/stop; ${watch}`);
  cluster.nodes[OUTSIDE] = { addresses: addresses[OUTSIDE] };
  await deploy();
  await cluster.exec("worker-1", "touch /run/stop");
  expect(await cluster.exec("worker-1", "cat /run/watch")).toBe("");
  expect(await cluster.exec(OUTSIDE, "systemctl show --value -p NRestarts servicereg-lease.service log-relay.service | xargs")).toBe("0 0");
  await expectAsPredicted(OUTSIDE, 10_000);

  delete cluster.nodes[OUTSIDE];
  await deploy();
  // What was open before is open a little longer, and then closed.
  await sleep(25_000);
  await expectAsPredicted(OUTSIDE, 10_000);
});
