import { type Board, type BoardNode, type BoardService, isMember } from "./board";
import { type Homes, resolveConflicts } from "./conflicts";
import { compareNames, sortedNames } from "./order";
import type { PlacementRecord, RecordedService, Rejection } from "./placement";
import { recordedService } from "./record";
import { dataLeftBehind } from "./rejection";
import { score } from "./rendezvous";

/** What became of the record. */
export interface Kept {
  /** service -> hosts that it loses -> why, for a person. */
  readonly losses: ReadonlyMap<BoardService, ReadonlyMap<string, string>>;
  /** Former hosts that a service left only because of ports; it returns there if it can. */
  readonly homes: ReadonlyMap<BoardService, ReadonlySet<BoardNode>>;
  readonly rejections: readonly Rejection[];
  /** Services that no host must be searched for: they are rejected already. */
  readonly rejected: ReadonlySet<BoardService>;
}

/**
 * Puts every recorded instance that may stay back on its node, and marks it as fixed. `all` services must be on the board.
 * With `freeConflicts`, both sides of a port conflict are set free, so that the search has more room than by moving one.
 */
export function keepRecorded(board: Board, previous: PlacementRecord | undefined, freeConflicts: boolean): Kept {
  const losses = new Map<BoardService, Map<string, string>>();
  if (previous === undefined) return { losses, homes: new Map(), rejections: [], rejected: new Set() };
  const lose = (service: BoardService, host: string, why: string) => {
    const lost = losses.get(service) ?? new Map<string, string>();
    losses.set(service, lost.set(host, why));
  };

  const homes: Homes = new Map();
  for (const service of board.limited) {
    const entry = recordedService(previous, service.name);
    for (const host of sortedNames(entry?.hosts ?? [])) {
      const node = board.node(host);
      const why = whyGone(service, host, node, entry);
      if (why !== undefined || node === undefined) lose(service, host, why ?? "");
      else homes.set(service, (homes.get(service) ?? new Set()).add(node));
    }
  }

  const { left, rejections, rejected } = resolveConflicts(board, previous, homes, freeConflicts);
  for (const { service, node, why } of left) lose(service, node.name, why);
  for (const [service, nodes] of homes) {
    for (const node of nodes) {
      if (losses.get(service)?.has(node.name)) continue;
      board.put(service, node);
      service.fixed.add(node);
    }
  }

  for (const service of board.limited) {
    const why = `num_instances ${recordedLimit(recordedService(previous, service.name))} -> ${service.model.numInstances}`;
    while (service.hosts.size > service.wanted) {
      const node = mostDispensable(service);
      board.take(service, node);
      lose(service, node.name, why);
    }
    const lost = losses.get(service);
    if (service.volumes.length > 0 && lost !== undefined && service.hosts.size < service.wanted) {
      rejections.push(dataLeftBehind(board, service, lost));
      rejected.add(service);
    }
  }
  const wayHome = new Map<BoardService, Set<BoardNode>>();
  for (const { service, node } of left) wayHome.set(service, (wayHome.get(service) ?? new Set()).add(node));
  return { losses, homes: wayHome, rejections, rejected };
}

/** `num_instances` as recorded; a record of an older hand that lacks it had as many as hosts. */
export function recordedLimit(entry: RecordedService | undefined): number | "all" {
  return entry?.instances ?? entry?.hosts.length ?? 0;
}

/** Why a former host can host the service no longer, ports aside. */
function whyGone(service: BoardService, host: string, node: BoardNode | undefined, entry: RecordedService | undefined): string | undefined {
  if (node === undefined) return `${host} was removed`;
  if (!isMember(service, node)) {
    return entry !== undefined && entry.group !== service.group
      ? `scheduling_group ${entry.group} -> ${service.group}`
      : `${host} left group ${service.group}`;
  }
  return node.model.drain ? `${host} is drained` : undefined;
}

/** The host to give up when there are too many: one that is known to be down, then the most loaded, then the least liked. */
function mostDispensable(service: BoardService): BoardNode {
  const [first] = [...service.hosts].sort(
    (a, b) =>
      Number(b.model.skip) - Number(a.model.skip) ||
      b.load - a.load ||
      score(service, a) - score(service, b) ||
      compareNames(a.name, b.name),
  );
  if (first === undefined) throw new Error(`${service.name} has no host to give up`);
  return first;
}
