import { parse } from "yaml";
import { OPERATOR_KEY_SOURCE, renderCloudConfig } from "../../constructs/payload/cloud-config";
import { embeddedServices } from "../../constructs/services/registry";
import { describedCluster, nodeNamed } from "../support/described-cluster";

const ADMINS = Array.from(
  { length: 8 },
  (_, i) => `  - { name: admin-${i}, ssh_keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${"abcdefghij".repeat(4)}${i}xy admin-${i}"] }`,
);

function cloudConfig(node: string, services = "", user = "root"): string {
  const inventory = `
domain: infra.example.com
domain_public: example.com
ssh: { user: ${user}, private_key_file: id }
admins:
${ADMINS.join("\n")}
nodes:
  core-1: { addresses: [10.0.0.1], groups: [core] }
  worker-1: { addresses: [10.0.0.9] }
`;
  const { cluster, sources } = describedCluster({ inventory, services });
  const operator = { content: Buffer.from("ssh-ed25519 AAAAOPERATOR operator\n"), executable: false };
  return renderCloudConfig(cluster, nodeNamed(cluster, node), new Map([...sources, [OPERATOR_KEY_SOURCE, operator]]), embeddedServices);
}

test("fits into 16 KiB with eight admins", () => {
  expect(Buffer.byteLength(cloudConfig("core-1"))).toBeLessThan(16 * 1024);
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
  expect(packages).toEqual(["chrony", "prometheus-node-exporter", "sudo"]);
  expect(bootcmd).toEqual([
    ["cloud-init-per", "instance", "minicluster-mask", "systemctl", "mask", "chrony.service", "prometheus-node-exporter.service"],
  ]);
});

test("holds no secret", () => {
  expect(cloudConfig("core-1")).not.toMatch(/PRIVATE KEY|password:/i);
});
