import type { ClusterModel, NodeModel, ServiceModel } from "../../constructs/config/model";
import { type Placement, type PlacementRecord, type PlaceResult, place, recordOf } from "../../constructs/scheduler";

export function node(name: string, overrides: Partial<NodeModel> = {}): NodeModel {
  return { name, addresses: ["192.0.2.1"], sshAddress: "192.0.2.1", groups: [], drain: false, skip: false, ...overrides };
}

export function nodes(count: number, prefix = "n", overrides: Partial<NodeModel> = {}): NodeModel[] {
  return Array.from({ length: count }, (_, i) => node(`${prefix}${i + 1}`, overrides));
}

export function service(name: string, overrides: Partial<ServiceModel> = {}): ServiceModel {
  return {
    name,
    embedded: false,
    schedulingGroup: "all",
    numInstances: 1,
    rebalance: true,
    credentials: [],
    monitoringEndpoints: [],
    publicEndpoints: [],
    containers: [],
    user: name,
    packages: [],
    files: [],
    systemdServices: [],
    environment: {},
    ports: [],
    allowFrom: {},
    etcdPrefixes: [],
    ...overrides,
  };
}

/** What gives a service data on its nodes. */
export function volumes(...sources: string[]): Pick<ServiceModel, "containers"> {
  const mounts = Object.fromEntries(sources.map((source) => [source, "/data"]));
  return { containers: [{ name: "main", image: "registry.example.com/main", dockerOptions: "", args: "", volumes: mounts }] };
}

export function cluster(nodes: readonly NodeModel[], services: readonly ServiceModel[]): ClusterModel {
  return {
    domain: "infra.example.com",
    domainPublic: ["example.com"],
    privateDir: "/vault",
    ssh: { user: "root", port: 22, knownHostsFile: "/vault/known_hosts" },
    admins: [],
    logs: { keepDays: 30, keepBytes: 10_737_418_240, queueBytes: 1_073_741_824 },
    metrics: { keepDays: 15, keepBytes: 2e9 },
    receivers: [],
    nodes,
    services,
  };
}

/** The placement, or a failure that shows the rejections. */
export function placed(model: ClusterModel, previous?: PlacementRecord): Placement {
  const result = place(model, previous);
  if (!result.ok) throw new Error(`rejected: ${JSON.stringify(result.rejections, null, 2)}`);
  return result.placement;
}

export function rejected(result: PlaceResult) {
  if (result.ok) throw new Error(`placed: ${JSON.stringify(result.placement.hosts)}`);
  return result.rejections;
}

/** A record made by hand, of nodes that were all open. */
export function record(model: ClusterModel, hosts: Record<string, string[]>): PlacementRecord {
  return recordOf(model, { hosts, reasons: [], moves: [] });
}

/** Limited instances on each node. */
export function loads(model: ClusterModel, placement: Placement): Map<string, number> {
  const loads = new Map(model.nodes.map((n) => [n.name, 0]));
  for (const one of model.services) {
    if (one.numInstances === "all") continue;
    for (const host of placement.hosts[one.name] ?? []) loads.set(host, (loads.get(host) ?? 0) + 1);
  }
  return loads;
}
