import { activationTriggers } from "../../constructs/payload/triggers";
import { describedCluster } from "../support/described-cluster";

const inventory = `
domain: infra.example.com
domain_public: example.com
nodes:
  core-1: { addresses: [10.0.0.1], groups: [core] }
  core-2: { addresses: [10.0.0.2], groups: [core] }
  core-3: { addresses: [10.0.0.3], groups: [core] }
  worker-1: { addresses: [10.0.0.9] }
`;

function triggers(services: string, node: string) {
  return activationTriggers(describedCluster({ inventory, services }).payload(node));
}

function changed(before: Record<string, string>, after: Record<string, string>): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => before[key] !== after[key]).sort();
}

test("one variable of etcd changes one file on core nodes and nothing on others", () => {
  const services = "etcd: { environment: { ETCD_HEARTBEAT_INTERVAL: 333 } }";
  for (const node of ["core-1", "core-2", "core-3"]) {
    expect(changed(triggers("", node), triggers(services, node))).toEqual(["/etc/minicluster/environment/etcd.env"]);
  }
  expect(changed(triggers("", "worker-1"), triggers(services, "worker-1"))).toEqual([]);
});

test("what a file restarts is part of what changes", () => {
  const payload = describedCluster({ inventory, services: "" }).payload("core-1");
  const hosts = payload.files["/etc/hosts"];
  if (hosts === undefined) throw new Error("no /etc/hosts");
  const other = { ...payload, files: { ...payload.files, "/etc/hosts": { ...hosts, restarts: ["etcd.service"] } } };
  expect(changed(activationTriggers(payload), activationTriggers(other))).toEqual(["/etc/hosts"]);
});

test("the program that activates shows as `activate`, not as a path", () => {
  expect(Object.keys(triggers("", "worker-1"))).toEqual(expect.arrayContaining(["activate", "health", "units", "/etc/hosts"]));
  expect(Object.keys(triggers("", "worker-1")).filter((key) => key.includes("minicluster-activate"))).toEqual([]);
});
