import { type Board, type BoardNode, type BoardService, fits } from "./board";
import type { Joined } from "./joined";
import { score } from "./rendezvous";

/** An instance that went to a node that joined. */
export interface Rebalanced {
  readonly service: BoardService;
  readonly from: BoardNode;
  readonly to: BoardNode;
  readonly why: string;
}

/**
 * Moves recorded instances onto nodes that joined, and nowhere else: at most `floor(limited instances / nodes)` on each, only
 * from nodes with at least two more, never of a service with `rebalance: false` or volumes, never to or from a node that
 * is known to be down. Each time the most loaded node gives the instance that likes the new node best.
 */
export function rebalance(board: Board, joined: Joined): Rebalanced[] {
  const moved: Rebalanced[] = [];
  const total = board.limited.reduce((sum, service) => sum + service.hosts.size, 0);
  const fairShare = Math.floor(total / board.nodes.length);
  const movable = board.limited.filter((service) => service.model.rebalance && service.volumes.length === 0);
  let targets = board.nodes.filter((node) => !node.model.skip && [...joined.values()].some((nodes) => nodes.has(node)));
  const candidates = new Map(targets.map((target) => [target, movable.filter((service) => joined.get(service.group)?.has(target))]));
  for (;;) {
    targets = targets.filter((node) => node.load < fairShare);
    const target = leastLoaded(targets);
    if (target === undefined) return moved;
    const gift = bestGift(target, candidates.get(target) ?? [], joined);
    const why = gift && joined.get(gift.service.group)?.get(target);
    if (gift === undefined || why === undefined) {
      targets = targets.filter((node) => node !== target);
      continue;
    }
    board.take(gift.service, gift.from);
    board.put(gift.service, target);
    moved.push({ ...gift, to: target, why });
  }
}

function bestGift(
  target: BoardNode,
  services: readonly BoardService[],
  joined: Joined,
): { service: BoardService; from: BoardNode } | undefined {
  let best: { service: BoardService; from: BoardNode } | undefined;
  let bestScore = -1;
  for (const service of services) {
    if (!fits(service, target)) continue;
    const liking = score(service, target);
    const news = joined.get(service.group);
    for (const from of service.fixed) {
      const load = from.load;
      if (load < target.load + 2 || from.model.skip || news?.has(from)) continue;
      if (best !== undefined) {
        if (load < best.from.load) continue;
        if (load === best.from.load && liking < bestScore) continue;
        if (load === best.from.load && liking === bestScore && from.name >= best.from.name) continue;
      }
      best = { service, from };
      bestScore = liking;
    }
  }
  return best;
}

function leastLoaded(nodes: readonly BoardNode[]): BoardNode | undefined {
  let least: BoardNode | undefined;
  for (const node of nodes) if (least === undefined || node.load < least.load) least = node;
  return least;
}
