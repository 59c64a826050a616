import { type ClusterModel, listeningPorts, nodesOfGroup } from "../../constructs/config/model";

export type Hosts = Map<string, readonly string[]>;

/**
 * Every legal assignment of a tiny cluster, by trying them all; a second, naive reading of the rules. `fixed` are hosts that
 * a service has to keep.
 */
export function* everyAssignment(model: ClusterModel, fixed: Hosts = new Map()): Generator<Hosts> {
  const options = model.services.map((service) => {
    const group = nodesOfGroup(model.nodes, service.schedulingGroup).map((n) => n.name);
    if (service.numInstances === "all") return [group];
    const open = nodesOfGroup(model.nodes, service.schedulingGroup)
      .filter((n) => !n.drain)
      .map((n) => n.name);
    const wanted = service.embedded ? Math.min(service.numInstances, Math.max(1, open.length)) : service.numInstances;
    const keep = fixed.get(service.name) ?? [];
    return subsets(open, wanted).filter((hosts) => keep.every((host) => hosts.includes(host)));
  });
  const taken = new Set<string>();
  function* from(index: number, hosts: Hosts): Generator<Hosts> {
    const service = model.services[index];
    if (service === undefined) {
      yield new Map(hosts);
      return;
    }
    for (const option of options[index] ?? []) {
      const claims = option.flatMap((host) => listeningPorts(service).map((port) => `${host}:${port}`));
      if (claims.some((claim) => taken.has(claim))) continue;
      for (const claim of claims) taken.add(claim);
      hosts.set(service.name, option);
      yield* from(index + 1, hosts);
      for (const claim of claims) taken.delete(claim);
    }
  }
  yield* from(0, new Map());
}

export function isFeasible(model: ClusterModel, fixed?: Hosts): boolean {
  return !everyAssignment(model, fixed).next().done;
}

function subsets(items: readonly string[], size: number): string[][] {
  if (size === 0) return [[]];
  return items.flatMap((item, i) => subsets(items.slice(i + 1), size - 1).map((rest) => [item, ...rest]));
}
