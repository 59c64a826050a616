import type { ClusterModel, ServiceModel } from "../constructs/config";
import { nodesOfGroup } from "../constructs/config";
import type { Move, Placement } from "../constructs/scheduler";
import { table } from "./table";

/** What `place --json` prints; docs/commands.md is the contract. */
export interface PlacementReport {
  readonly domain: string;
  /** Is there a record of an earlier deploy? Without one nothing moves: everything is new. */
  readonly recorded: boolean;
  readonly services: Readonly<Record<string, { group: string; instances: number | "all"; hosts: readonly string[] }>>;
  readonly reasons: Placement["reasons"];
  readonly moves: Placement["moves"];
}

export function placementReport(model: ClusterModel, placement: Placement, recorded: boolean): PlacementReport {
  const services = model.services.map(({ name, schedulingGroup, numInstances }) => [
    name,
    { group: schedulingGroup, instances: numInstances, hosts: placement.hosts[name] ?? [] },
  ]);
  return { domain: model.domain, recorded, services: Object.fromEntries(services), reasons: placement.reasons, moves: placement.moves };
}

/**
 * The placement for a person: services that run on all nodes in a line each, of the others every instance and why it is
 * there, then what moves.
 */
export function placementText(model: ClusterModel, placement: Placement, recorded: boolean, width?: number): string {
  const everywhere = model.services.filter((service) => service.numInstances === "all");
  const limited = model.services.filter((service) => service.numInstances !== "all");
  const parts = [
    table(
      ["SERVICE", "RUNS ON"],
      everywhere.map((service) => [service.name, extent(model, placement, service)]),
      width,
    ),
  ];
  if (limited.length > 0) {
    const rows = limited.flatMap((service) => {
      const reasons = placement.reasons.filter((reason) => reason.service === service.name);
      return reasons.map(({ host, reason }, index) => [
        index === 0 ? service.name : "",
        index === 0 ? counted(service, reasons.length) : "",
        host,
        reason,
      ]);
    });
    parts.push(table(["SERVICE", "INSTANCES", "NODE", "WHY"], rows, width));
  }
  parts.push(recorded ? movesText(placement.moves, width) : "no record of an earlier deploy: the first one starts everything");
  return parts.join("\n\n");
}

function extent(model: ClusterModel, placement: Placement, service: ServiceModel): string {
  const hosts = placement.hosts[service.name] ?? [];
  if (hosts.length === model.nodes.length) return `every node (${hosts.length})`;
  const group = nodesOfGroup(model.nodes, service.schedulingGroup);
  return `${group.length === hosts.length ? "all" : hosts.length} of group ${service.schedulingGroup}: ${hosts.join(" ")}`;
}

/** An embedded service on a small core runs fewer instances than it asks for. */
function counted(service: ServiceModel, hosts: number): string {
  const where = service.schedulingGroup === "all" ? "" : ` of ${service.schedulingGroup}`;
  return hosts === service.numInstances ? `${hosts}${where}` : `${hosts} (of ${service.numInstances})${where}`;
}

function movesText(moves: readonly Move[], width?: number): string {
  if (moves.length === 0) return "nothing moves";
  return table(
    ["MOVES", "FROM", "TO", "WHY"],
    moves.map(({ service, from, to, why }) => [service, from.join(" ") || "-", to.join(" ") || "-", why]),
    width,
  );
}
