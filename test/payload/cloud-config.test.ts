import { parse } from "yaml";
import { OPERATOR_KEY_SOURCE, renderCloudConfig } from "../../constructs/payload/cloud-config";
import { embeddedServices } from "../../constructs/services/registry";
import { describedCluster, nodeNamed } from "../support/described-cluster";

/** Keys of real length, each another. */
const admins = (count: number) =>
  Array.from({ length: count }, (_, i) => {
    const key = `AAAAC3NzaC1lZDI1NTE5AAAAI${String(i).padStart(43, "x")}`;
    return `  - { name: admin-${i}, ssh_keys: ["ssh-ed25519 ${key} admin-${i}"] }`;
  }).join("\n");

function cloudConfig(node: string, services = "", user = "root", count = 8): string {
  const inventory = `
domain: infra.example.com
domain_public: example.com
ssh: { user: ${user}, private_key_file: id }
admins:
${admins(count)}
nodes:
  core-1: { addresses: [10.0.0.1], groups: [core] }
  worker-1: { addresses: [10.0.0.9] }
`;
  const { cluster, sources } = describedCluster({ inventory, services });
  const operator = { content: Buffer.from("ssh-ed25519 AAAAOPERATOR operator\n"), executable: false };
  return renderCloudConfig(cluster, nodeNamed(cluster, node), new Map([...sources, [OPERATOR_KEY_SOURCE, operator]]), embeddedServices);
}

describe("fits into 16 KiB", () => {
  test.each([1, 8, 20, 80])("with %i admins, all of them let in", (count) => {
    const text = cloudConfig("core-1", "", "root", count);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(16 * 1024);
    expect(parse(text).users[0].ssh_authorized_keys).toHaveLength(count + 1);
  });

  test("or says what to do", () => {
    expect(() => cloudConfig("core-1", "", "root", 400)).toThrow(
      /^core-1: its cloud-config has \d+ bytes, providers take 16384; give admins fewer keys$/,
    );
  });
});

test("does not change when services change", () => {
  const services = "web: { packages: [nginx], num_instances: 1 }\netcd: { environment: { ETCD_HEARTBEAT_INTERVAL: 300 } }\n";
  expect(cloudConfig("worker-1", services)).toBe(cloudConfig("worker-1"));
});

test("lets the operator and the admins in, as the SSH user", () => {
  const [root] = parse(cloudConfig("core-1")).users;
  expect(root.name).toBe("root");
  expect(root.ssh_authorized_keys).toContain("ssh-ed25519 AAAAOPERATOR operator");
  expect(root.ssh_authorized_keys).toHaveLength(9);
  const config = parse(cloudConfig("core-1", "", "ops"));
  expect(config.users).toEqual([expect.objectContaining({ name: "ops", sudo: "ALL=(ALL) NOPASSWD:ALL", lock_passwd: true })]);
  expect([config.disable_root, config.ssh_pwauth]).toEqual([true, false]);
});

test("installs the role's packages and starts none of them", () => {
  const { packages, bootcmd } = parse(cloudConfig("worker-1"));
  expect(packages).toEqual([
    "chrony",
    "dbus",
    "etcd-client",
    "nftables",
    "openssl",
    "prometheus-node-exporter",
    "python3-minimal",
    "rsyslog",
    "rsyslog-relp",
    "socat",
    "sudo",
    "unbound",
  ]);
  expect(bootcmd).toEqual([
    [
      "cloud-init-per",
      "instance",
      "minicluster-mask",
      "systemctl",
      "mask",
      "chrony.service",
      "coordination-guard.socket",
      "firewall.service",
      "log-probe.timer",
      "log-relay.service",
      "minicluster-node-metrics.timer",
      "prometheus-node-exporter.service",
      "resolver-takeover.path",
      "rsyslog.service",
      "servicereg.service",
      "unbound.service",
    ],
  ]);
});

test("holds no secret", () => {
  expect(cloudConfig("core-1")).not.toMatch(/PRIVATE KEY|password:/i);
});
