import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openPorts } from "../../constructs/services/firewall-table";
import { describedCluster } from "../support/described-cluster";

const inventory = `
domain: infra.example.com
domain_public: example.com
nodes:
  core-1: { addresses: [10.0.0.1, "fd00::1"], groups: [core] }
  worker-1: { addresses: [10.0.0.9], groups: [db] }
  worker-2: { addresses: ["2001:db8::10"], groups: [web] }
`;
const services = `
web: { scheduling_group: web, ports: [8080, 8081], allow_from: { 8081: [] } }
mail: { scheduling_group: web, ports: [25], allow_from: everywhere, monitoring_endpoints: [{ port: 25 }] }
db: { scheduling_group: db, ports: [5432], allow_from: [web], monitoring_endpoints: [{ port: 9187 }] }
quiet: { scheduling_group: db, ports: [7000], allow_from: [] }
`;
const described = (more: { inventory?: string; services?: string } = {}) =>
  describedCluster({ inventory: more.inventory ?? inventory, services: more.services ?? services });
const table = ({ cluster, placement } = described()) =>
  openPorts(cluster, placement).map(
    ({ node, port, protocol, from, sources, why }) => `${node} ${port}/${protocol} ${from} [${sources}] ${why}`,
  );
const rules = (node: string, file: string, from = described()) =>
  from.payload(node).files[`/etc/minicluster/firewall/${file}`]?.content.toString();

test("each port that the model declares is open to whom it is for, on the nodes that run it, and no other", () => {
  const all = "10.0.0.1,10.0.0.9,2001:db8::10,fd00::1";
  expect(table()).toEqual([
    "core-1 22/tcp everywhere [0.0.0.0/0,::/0] SSH",
    "core-1 546/udp its link [fe80::/10] DHCPv6",
    `core-1 853/tcp all nodes [${all}] nameserver`,
    `core-1 2379/tcp all nodes [${all}] etcd`,
    "core-1 2380/tcp nodes of etcd [10.0.0.1,fd00::1] etcd",
    `core-1 6514/tcp all nodes [${all}] log-collector`,
    `core-1 6515/tcp all nodes [${all}] log-collector`,
    "core-1 9090/tcp nodes of prometheus [10.0.0.1,fd00::1] prometheus",
    "core-1 9093/tcp nodes of prometheus [10.0.0.1,fd00::1] alertmanager",
    "core-1 9094/tcp nodes of alertmanager [10.0.0.1,fd00::1] alertmanager",
    "core-1 9100/tcp nodes of prometheus [10.0.0.1,fd00::1] node-exporter",
    "worker-1 22/tcp everywhere [0.0.0.0/0,::/0] SSH",
    "worker-1 546/udp its link [fe80::/10] DHCPv6",
    "worker-1 5432/tcp nodes of web [2001:db8::10] db",
    "worker-1 9100/tcp nodes of prometheus [10.0.0.1,fd00::1] node-exporter",
    "worker-1 9187/tcp nodes of prometheus [10.0.0.1,fd00::1] db",
    "worker-2 22/tcp everywhere [0.0.0.0/0,::/0] SSH",
    "worker-2 25/tcp everywhere [0.0.0.0/0,::/0] mail",
    "worker-2 546/udp its link [fe80::/10] DHCPv6",
    `worker-2 8080/tcp all nodes [${all}] web`,
    "worker-2 9100/tcp nodes of prometheus [10.0.0.1,fd00::1] node-exporter",
  ]);
});

test("SSH comes from everywhere, or from where the inventory says, at its port", () => {
  const limited = described({
    inventory: inventory.replace("nodes:", 'ssh: { port: 2222, allow_from: ["2001:DB8::/32", 192.0.2.0/24] }\nnodes:'),
  });
  expect(table(limited)).toContain("core-1 2222/tcp 192.0.2.0/24 2001:db8::/32 [192.0.2.0/24,2001:db8::/32] SSH");
  expect(rules("core-1", "ssh.nft")).toContain('\ntcp dport 22 counter accept comment "SSH"\n');
  expect(rules("core-1", "ssh.nft", limited)).toBe(
    "# Written by minicluster; npx minicluster firewall shows it as a table.\n" +
      'ip saddr { 192.0.2.0/24 } tcp dport 2222 counter accept comment "SSH"\n' +
      'ip6 saddr { 2001:db8::/32 } tcp dport 2222 counter accept comment "SSH"\n',
  );
});

test("a node's rules are its rows of the table", () => {
  expect(rules("worker-2", "members.nft")).toBe(
    "# Written by minicluster; npx minicluster firewall shows it as a table.\n" +
      "define all_nodes_4 = { 10.0.0.1, 10.0.0.9 }\ndefine all_nodes_6 = { 2001:db8::10, fd00::1 }\n" +
      "define nodes_of_prometheus_4 = { 10.0.0.1 }\ndefine nodes_of_prometheus_6 = { fd00::1 }\n" +
      'tcp dport 25 counter accept comment "mail"\n' +
      'ip saddr $all_nodes_4 tcp dport 8080 counter accept comment "web"\n' +
      'ip6 saddr $all_nodes_6 tcp dport 8080 counter accept comment "web"\n' +
      'ip saddr $nodes_of_prometheus_4 tcp dport 9100 counter accept comment "node-exporter"\n' +
      'ip6 saddr $nodes_of_prometheus_6 tcp dport 9100 counter accept comment "node-exporter"\n',
  );
});

test("nobody waits for an instance that a node may not reach: it could not tell", () => {
  const port = (node: string, service: string) =>
    described()
      .payload(node)
      .instances.find((each) => each.service === service)?.port;
  expect([port("worker-2", "db"), port("worker-1", "db"), port("worker-1", "web"), port("worker-1", "mail")]).toEqual([
    5432,
    undefined,
    8080,
    25,
  ]);
});

test("a change of what a node is reached by has to be confirmed", () => {
  const files = Object.entries(described().payload("worker-1").files);
  expect(files.filter(([, file]) => file.confirm).map(([path]) => path)).toEqual([
    "/etc/hosts",
    "/etc/minicluster/firewall/members.nft",
    "/etc/minicluster/firewall/rules.nft",
    "/etc/minicluster/firewall/ssh.nft",
    "/etc/minicluster/ssh/authorized_keys",
    "/etc/ssh/sshd_config.d/00-minicluster-logins.conf",
    "/etc/ssh/sshd_config.d/00-minicluster.conf",
    "/etc/systemd/system/firewall.service",
    "/etc/systemd/system/resolver-giveback.service",
    "/etc/systemd/system/resolver-takeover.path",
    "/etc/systemd/system/resolver-takeover.service",
    "/usr/local/lib/minicluster/firewall-load",
    "/usr/local/lib/minicluster/resolver-giveback",
    "/usr/local/lib/minicluster/resolver-takeover",
  ]);
});

/** nft needs a network of its own to look at rules: a machine that lets us have one. */
const canLoad = spawnSync("unshare", ["--net", "nft", "list", "tables"]).status === 0;

describe.runIf(canLoad)("on a network of its own", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "minicluster-firewall-"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  /** The node's files below `root`, with their paths changed to it, and firewall-load run on them. */
  function inNetwork(node: string, script: string): string {
    for (const [path, file] of Object.entries(described().payload(node).files)) {
      if (!path.includes("firewall")) continue;
      const target = join(root, path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, file.content.toString().replaceAll(/\/(etc\/minicluster\/firewall|run\/minicluster-firewall)/g, `${root}/$1`), {
        mode: 0o755,
      });
    }
    const load = join(root, "usr/local/lib/minicluster/firewall-load");
    const { status, stdout, stderr } = spawnSync("unshare", ["--net", "sh", "-euc", script], {
      encoding: "utf8",
      env: { ...process.env, LOAD: load, ROOT: root },
    });
    expect(status, stderr).toBe(0);
    return stdout;
  }

  test.each(["core-1", "worker-1", "worker-2"])("the rules of %s load, twice, beside tables of others", (node) => {
    const output = inNetwork(
      node,
      'nft add table ip theirs; "$LOAD" check; nft list tables; "$LOAD" start; "$LOAD" reload; nft list tables; nft list table inet minicluster',
    );
    expect(output.split("\n").slice(0, 3)).toEqual(["table ip theirs", "table ip theirs", "table inet minicluster"]);
    expect(output.match(/counter packets 0 bytes 0 accept comment "node-exporter"/g)).toHaveLength(2);
    expect(output).toMatch(/chain former \{\s*\}/);
  });

  test("what was open before a change stays open for a while after a reload, and is closed by a start", () => {
    const output = inNetwork(
      "worker-2",
      `"$LOAD" start
       sed -i 's/8080/8088/' "$ROOT/etc/minicluster/firewall/members.nft"; GRACE_SECONDS=60 "$LOAD" reload; nft list chain inet minicluster former
       "$LOAD" reload; nft list chain inet minicluster former | grep -c 8080
       "$LOAD" start; nft list chain inet minicluster former | grep -c 80 || true`,
    );
    expect(output).toMatch(/meta time >= "[^"]+" return\s+tcp dport 25 [\s\S]*ip saddr { 10.0.0.1, 10.0.0.9 } tcp dport 8080 /);
    expect(output.trim().split("\n").slice(-2)).toEqual(["2", "0"]);
  });

  test("rules that nft refuses leave those that are loaded", () => {
    const output = inNetwork(
      "worker-2",
      `"$LOAD" start; echo 'tcp dport nonsense accept' >>"$ROOT/etc/minicluster/firewall/ssh.nft"
       ! "$LOAD" check 2>/dev/null; ! "$LOAD" reload 2>/dev/null; nft list chain inet minicluster input | grep -c 'dport 22 '`,
    );
    expect(output).toBe("1\n");
  });
});
