import { announcedPort, type ClusterModel } from "../../constructs/config";
import { instanceAddresses } from "../../constructs/payload/facts";
import type { Placement } from "../../constructs/scheduler";
import { serviceName } from "../../constructs/services/names";

/** What a node should find: `<service>.<domain>` -> addresses of its instances, sorted. Empty where no resolver runs. */
export function lookupsOf(model: ClusterModel, placement: Placement): Record<string, string[]> {
  if (placement.hosts.resolver === undefined) return {};
  const skipped = new Set(model.nodes.filter((node) => node.skip).map((node) => node.name));
  const names: Record<string, string[]> = {};
  const announced = new Set(model.services.filter((each) => announcedPort(each) !== undefined).map(({ name }) => name));
  for (const { service, host, address } of instanceAddresses(model, placement)) {
    if (!announced.has(service) || skipped.has(host)) continue;
    const name = serviceName(model, service);
    names[name] = [...(names[name] ?? []), address].sort();
  }
  return names;
}
