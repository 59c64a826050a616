import { type Board, type BoardNode, type BoardService, fits } from "./board";
import type { Budget } from "./fill";

/**
 * Evens out the load among the instances that this run has placed: as long as some node has at least two more than another
 * one, and a chain of moves leads from the first to the second, the chain is taken. Where ports do not interfere, what is
 * left has the least possible spread (no cost-reducing path in a semi-matching). Needed where groups overlap; within one
 * group choosing the least loaded node is enough.
 */
export function balance(board: Board, budget: Budget): void {
  /** Nodes from which nothing can get better; a way into them leads nowhere either. */
  const closed = new Set<BoardNode>();
  while (budget.steps > 0) {
    const source = mostLoaded(board, closed);
    if (source === undefined || source.load - leastLoad(board) < 2) return;
    const seen = wayDown(board, source, closed, budget);
    if (seen.chain === undefined) for (const node of seen.reached) closed.add(node);
    else for (const { service, from, to } of seen.chain) relocate(board, service, from, to);
  }
}

interface Relocation {
  readonly service: BoardService;
  readonly from: BoardNode;
  readonly to: BoardNode;
}

/** Breadth first, so the chain is a shortest one, and moving all of it at once stays legal. */
function wayDown(
  board: Board,
  source: BoardNode,
  closed: ReadonlySet<BoardNode>,
  budget: Budget,
): { chain?: Relocation[]; reached: Iterable<BoardNode> } {
  const cameBy = new Map<BoardNode, Relocation | undefined>([[source, undefined]]);
  for (const [from] of cameBy) {
    for (const service of from.limited) {
      if (!board.isFree(service, from)) continue;
      budget.steps -= service.open.length;
      for (const to of service.open) {
        if (cameBy.has(to) || closed.has(to) || to.model.skip || !fits(service, to)) continue;
        cameBy.set(to, { service, from, to });
        if (to.load <= source.load - 2) return { chain: chainTo(to, cameBy), reached: [] };
      }
    }
    if (budget.steps < 0) break;
  }
  return { reached: cameBy.keys() };
}

function chainTo(end: BoardNode, cameBy: ReadonlyMap<BoardNode, Relocation | undefined>): Relocation[] {
  const chain: Relocation[] = [];
  for (let step = cameBy.get(end); step !== undefined; step = cameBy.get(step.from)) chain.push(step);
  return chain;
}

function relocate(board: Board, service: BoardService, from: BoardNode, to: BoardNode): void {
  board.take(service, from);
  board.put(service, to);
}

function mostLoaded(board: Board, closed: ReadonlySet<BoardNode>): BoardNode | undefined {
  let most: BoardNode | undefined;
  for (const node of board.nodes) {
    if (!closed.has(node) && (most === undefined || node.load > most.load)) most = node;
  }
  return most;
}

function leastLoad(board: Board): number {
  let least = Number.POSITIVE_INFINITY;
  for (const node of board.nodes) {
    if (!node.model.skip && !node.model.drain && node.load < least) least = node.load;
  }
  return least;
}
