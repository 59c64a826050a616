import type { ClusterModel } from "../config/model";
import { balance } from "./balance";
import { Board, type BoardService, fits, missing } from "./board";
import { placeEverywhere } from "./conflicts";
import { movesOf, reasonsOf, type Story } from "./explain";
import { type Budget, fill } from "./fill";
import { joinedNodes } from "./joined";
import { type Kept, keepRecorded } from "./keep";
import { compareNames, sortedNames } from "./order";
import type { Placement, PlacementRecord, Rejection } from "./placement";
import { rebalance } from "./rebalance";
import { portsTangled, tooFewNodes } from "./rejection";
import { contenders, type SearchResult, search } from "./search";

export type PlaceResult = { ok: true; placement: Placement } | { ok: false; rejections: Rejection[] };

/** Steps (one node looked at for one service) for each of giving way, searching and evening out; some 50 ms. */
const BUDGET = 2_000_000;

/**
 * Decides which nodes run which service. Pure: the same model and record give the same result, whatever their order.
 *
 * Kept from the record is all that may stay; an instance moves only if its node is gone, drained or out of the group, if its
 * own `num_instances` or group changed, if a changed port leaves no room, or onto a node that joined. A new service, or one
 * more instance, that has room only if another service moved is rejected.
 *
 * @param previous the record of the last deploy; without it the cluster is placed anew
 */
export function place(model: ClusterModel, previous?: PlacementRecord): PlaceResult {
  const first = attempt(model, previous, false);
  if (first.result.ok || !first.hadConflicts) return first.result;
  // Moving one side of a port conflict did not work out; either side may move now.
  const second = attempt(model, previous, true);
  return second.result.ok ? second.result : first.result;
}

function attempt(
  model: ClusterModel,
  previous: PlacementRecord | undefined,
  freeConflicts: boolean,
): { result: PlaceResult; hadConflicts: boolean } {
  const board = new Board(model);
  const rejections = placeEverywhere(board, previous);
  const kept = keepRecorded(board, previous, freeConflicts);
  rejections.push(...kept.rejections, ...assign(board, kept));
  const hadConflicts = kept.homes.size > 0;
  if (rejections.length > 0) {
    rejections.sort((a, b) => compareNames(a.service, b.service));
    return { result: { ok: false, rejections }, hadConflicts };
  }
  balance(board, { steps: BUDGET });
  const joined = joinedNodes(board, previous);
  const story: Story = { previous, losses: kept.losses, joined, rebalanced: rebalance(board, joined) };
  const hosts = board.services.map((service): [string, string[]] => [
    service.name,
    sortedNames([...service.hosts].map((node) => node.name)),
  ]);
  const placement = {
    hosts: Object.fromEntries(hosts),
    reasons: reasonsOf(board, story),
    moves: movesOf(board, story),
  };
  return { result: { ok: true, placement }, hadConflicts };
}

/** Finds hosts for every instance that the record did not place; one rejection for each service that lacks some. */
function assign(board: Board, kept: Kept): Rejection[] {
  const rejections: Rejection[] = [];
  const wanting: BoardService[] = [];
  for (const service of board.limited) {
    if (missing(service) <= 0 || kept.rejected.has(service)) continue;
    if (room(service) >= missing(service)) wanting.push(service);
    else rejections.push(alone(board, service, kept));
  }
  fill(board, wanting, kept.homes, { steps: BUDGET });

  const budget: Budget = { steps: BUDGET };
  const results = new Map<BoardService, SearchResult>();
  for (const service of wanting) {
    if (missing(service) <= 0 || results.has(service)) continue;
    const involved = contenders(service, wanting);
    const result = search(board, involved, budget);
    for (const one of involved) results.set(one, result);
  }
  for (const service of wanting) {
    if (missing(service) > 0) rejections.push(portsTangled(board, service, results.get(service) === "exhausted"));
  }
  for (const [service, homes] of kept.homes) {
    for (const home of homes) if (service.hosts.has(home)) service.fixed.add(home);
  }
  return rejections;
}

/** Rejects a service that has too few nodes even with all of them to itself, and leaves it off the others' way. */
function alone(board: Board, service: BoardService, kept: Kept): Rejection {
  fill(board, [service], kept.homes, { steps: BUDGET });
  const rejection = tooFewNodes(board, service);
  for (const node of [...service.hosts]) if (board.isFree(service, node)) board.take(service, node);
  return rejection;
}

function room(service: BoardService): number {
  return service.open.filter((node) => fits(service, node)).length;
}
