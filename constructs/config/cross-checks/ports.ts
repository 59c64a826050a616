import type { Drafts, InventoryDraft, ServiceDraft } from "../drafts";
import { nodesIn, placeIn } from "../drafts";
import type { ProblemList } from "../problem";
import type { YamlPath } from "../yaml-document";

/** One port, one listener: within a service, and between services that run on every host of groups with a node in common. */
export function checkPorts({ inventory, services }: Drafts, problems: ProblemList): void {
  for (const service of services) checkWithin(service, problems);
  if (inventory?.groupsKnown) checkBetween(inventory, services, problems);
}

function checkWithin(service: ServiceDraft, problems: ProblemList): void {
  const { ports, containers } = service.attributes;
  for (const [index, port] of ports.entries()) {
    if (ports.indexOf(port) < index)
      problems.add({ ...placeIn(service, ["ports", index]), message: `port ${port} is there twice; keep one` });
  }
  for (const [index, { port }] of containers.entries()) {
    const other = containers.findIndex((container) => container.port === port);
    if (port === undefined || other === index) continue;
    problems.add({
      ...placeIn(service, ["containers", index, "port"]),
      message: `port ${port} is the container ${containers[other]?.name}'s too; both run on one host, change one`,
    });
  }
}

function checkBetween(inventory: InventoryDraft, services: readonly ServiceDraft[], problems: ProblemList): void {
  const listeners = new Map<number, { service: ServiceDraft; hosts: Set<string> }[]>();
  for (const service of services) {
    // Of a limited service the scheduler can find a host where the port is free.
    if (!service.placeable || service.attributes.num_instances !== "all") continue;
    const hosts = new Set(nodesIn(inventory, service.attributes.scheduling_group).map((node) => node.name));
    for (const [port, path] of portsOf(service)) {
      const others = listeners.get(port) ?? [];
      listeners.set(port, others);
      for (const other of others) {
        const shared = [...other.hosts].filter((host) => hosts.has(host)).sort()[0];
        if (shared === undefined) continue;
        problems.add({
          ...placeIn(service, path),
          message: `port ${port} is ${other.service.name}'s too, and both run on ${shared}; change one, or the group of one`,
        });
      }
      others.push({ service, hosts });
    }
  }
}

/** Each port that the service listens on, with the first place that says so. */
function portsOf(service: ServiceDraft): Map<number, YamlPath> {
  const ports = new Map<number, YamlPath>();
  const add = (port: number | undefined, path: YamlPath) => {
    if (port !== undefined && !ports.has(port)) ports.set(port, path);
  };
  const { attributes } = service;
  for (const [index, port] of attributes.ports.entries()) add(port, ["ports", index]);
  for (const list of ["containers", "public_endpoints", "monitoring_endpoints"] as const) {
    for (const [index, { port }] of attributes[list].entries()) add(port, [list, index, "port"]);
  }
  return ports;
}
