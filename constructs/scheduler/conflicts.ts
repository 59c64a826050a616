import { type Board, type BoardNode, type BoardService, sharedPort } from "./board";
import { compareNames } from "./order";
import type { PlacementRecord, Rejection } from "./placement";
import { recordedService } from "./record";
import { reject } from "./rejection";

/** service -> the hosts of the record that it could keep, ports aside. */
export type Homes = Map<BoardService, Set<BoardNode>>;

/** A home that a service has to leave. */
export interface Leaving {
  readonly service: BoardService;
  readonly node: BoardNode;
  readonly why: string;
}

export interface Resolution {
  readonly left: Leaving[];
  readonly rejections: Rejection[];
  readonly rejected: Set<BoardService>;
}

/**
 * Puts every `all` service on all nodes of its group, drained ones too: drain is about limited services.
 * Of two that want one port on one node, the one that was there before stays and the other is refused; without a record the
 * user's own is refused rather than an embedded one, else the later by name.
 */
export function placeEverywhere(board: Board, previous: PlacementRecord | undefined): Rejection[] {
  const rejections: Rejection[] = [];
  const everywhere = board.services.filter((service) => !service.limited);
  const late = (service: BoardService) => Number(previous !== undefined && changedByItself(service, previous));
  everywhere.sort((a, b) => late(a) - late(b) || Number(b.model.embedded) - Number(a.model.embedded) || compareNames(a.name, b.name));
  for (const service of everywhere) {
    const taken = service.members.find((node) => service.ports.some((port) => node.ports.has(port)));
    if (taken === undefined) {
      for (const node of service.members) board.put(service, node);
    } else {
      const message = `it runs on every node of group ${service.group}, and so does another service on one of its ports; change the port or a scheduling_group`;
      rejections.push(reject(board, service, message, "nothing speaks against it"));
    }
  }
  return rejections;
}

/**
 * Decides who leaves where recorded neighbours want one port, which happens only when ports or nodes were changed:
 * - an `all` service stays, unless it is new or its own num_instances or group changed: adding a service moves no other,
 *   so then it is the one refused;
 * - of limited services the one leaves that conflicts with most others on the node, so that as few as possible move;
 *   among equals one that has an instance too many anyway, then one that may be rebalanced, then the later by name;
 * - one with volumes stays as long as anybody else can leave.
 * With `freeAll` every limited party without volumes leaves; the caller then searches a legal place for all of them.
 */
export function resolveConflicts(
  board: Board,
  previous: PlacementRecord,
  homes: ReadonlyMap<BoardService, ReadonlySet<BoardNode>>,
  freeAll: boolean,
): Resolution {
  const resolution: Resolution = { left: [], rejections: [], rejected: new Set() };
  const refused = new Set<BoardService>();
  for (const [node, tenants] of tenantsByNode(board, homes)) {
    const staying: BoardService[] = [];
    for (const service of tenants) {
      const blocker = service.ports.map((port) => node.ports.get(port)).find((owner) => owner !== undefined);
      if (blocker === undefined) {
        staying.push(service);
      } else if (changedByItself(blocker, previous)) {
        refused.add(blocker);
      } else {
        resolution.left.push({ service, node, why: portTaken(service, blocker, node) });
      }
    }
    resolution.left.push(...leaveUntilPeace(node, staying, homes, freeAll));
  }
  for (const service of refused) {
    // Off the board, and those who have its ports onto it, so that the reasons name them.
    for (const node of [...service.hosts]) board.take(service, node);
    for (const [home, nodes] of homes) {
      if (sharedPort(home, service) !== undefined) for (const node of nodes) board.put(home, node);
    }
    const message = `it runs on every node of group ${service.group}, where another service has one of its ports, and no service moves for another; change the port, num_instances or scheduling_group`;
    resolution.rejections.push(reject(board, service, message, "nothing speaks against it"));
    resolution.rejected.add(service);
  }
  return resolution;
}

function leaveUntilPeace(
  node: BoardNode,
  tenants: readonly BoardService[],
  homes: ReadonlyMap<BoardService, ReadonlySet<BoardNode>>,
  freeAll: boolean,
): Leaving[] {
  const left: Leaving[] = [];
  let staying = [...tenants];
  for (;;) {
    const rivals = new Map(staying.map((a) => [a, staying.filter((b) => b !== a && sharedPort(a, b) !== undefined)]));
    const count = (service: BoardService) => rivals.get(service)?.length ?? 0;
    const surplus = (service: BoardService) => (homes.get(service)?.size ?? 0) > service.wanted;
    const parties = staying.filter((service) => count(service) > 0);
    parties.sort(
      (a, b) =>
        Number(hasData(a)) - Number(hasData(b)) ||
        count(b) - count(a) ||
        Number(surplus(b)) - Number(surplus(a)) ||
        Number(b.model.rebalance) - Number(a.model.rebalance) ||
        compareNames(b.name, a.name),
    );
    const leaving = freeAll && parties.some((p) => !hasData(p)) ? parties.filter((p) => !hasData(p)) : parties.slice(0, 1);
    if (leaving.length === 0) return left;
    for (const service of leaving) {
      const [rival] = rivals.get(service) ?? [];
      if (rival !== undefined) left.push({ service, node, why: portTaken(service, rival, node) });
    }
    staying = staying.filter((service) => !leaving.includes(service));
  }
}

/** Nodes in the order of the board, each with the limited services that have a home there, by name. */
function tenantsByNode(board: Board, homes: ReadonlyMap<BoardService, ReadonlySet<BoardNode>>): [BoardNode, BoardService[]][] {
  const tenants = new Map(board.nodes.map((node): [BoardNode, BoardService[]] => [node, []]));
  for (const service of board.limited) {
    for (const node of homes.get(service) ?? []) if (service.ports.length > 0) tenants.get(node)?.push(service);
  }
  return [...tenants];
}

/** Is it on its nodes only because it is new, or its own num_instances or group changed? */
function changedByItself(service: BoardService, previous: PlacementRecord): boolean {
  const entry = recordedService(previous, service.name);
  return entry === undefined || entry.group !== service.group || (entry.instances ?? "all") !== "all";
}

function hasData(service: BoardService): boolean {
  return service.volumes.length > 0;
}

function portTaken(service: BoardService, owner: BoardService, node: BoardNode): string {
  return `port ${sharedPort(service, owner)} on ${node.name} is taken by ${owner.name}`;
}
