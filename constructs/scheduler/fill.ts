import { type Board, type BoardNode, type BoardService, fits, missing } from "./board";
import { score } from "./rendezvous";

/** Steps that one `place` may spend on untangling ports; counted, not timed, so that the result is the same everywhere. */
export interface Budget {
  steps: number;
}

type Homes = ReadonlyMap<BoardService, ReadonlySet<BoardNode>>;

/**
 * Finds hosts for all missing instances, services with the fewest nodes to choose from first. Nodes that are known to be
 * down (`skip`) are used only for what no other node can take. What stays missing could not be placed by choosing, nor by
 * letting one instance of this run give way to another.
 */
export function fill(board: Board, services: readonly BoardService[], homes: Homes, budget: Budget): void {
  const queue = [...services].sort((a, b) => a.open.length - b.open.length);
  for (const withSkipped of [false, true]) {
    const allowed = (service: BoardService, node: BoardNode) => withSkipped || !node.model.skip || homes.get(service)?.has(node) === true;
    for (const service of queue) {
      while (missing(service) > 0) {
        const node = favourite(service, homes, allowed);
        if (node === undefined) break;
        board.put(service, node);
      }
    }
    for (const service of queue) {
      while (missing(service) > 0 && giveWay(board, service, new Set(), homes, allowed, budget));
    }
  }
}

type Allowed = (service: BoardService, node: BoardNode) => boolean;

/** Where the next instance goes: home if it had to leave one, else the least loaded node, of these the most liked one. */
function favourite(service: BoardService, homes: Homes, allowed: Allowed): BoardNode | undefined {
  for (const home of homes.get(service) ?? []) if (fits(service, home)) return home;
  let best: BoardNode | undefined;
  let bestScore = -1;
  for (const node of service.open) {
    if (best !== undefined && node.load > best.load) continue;
    const liking = score(service, node);
    if (best !== undefined && node.load === best.load && liking <= bestScore) continue;
    if (!allowed(service, node) || !fits(service, node)) continue;
    best = node;
    bestScore = liking;
  }
  return best;
}

/**
 * An augmenting path: the service takes the place of one that this run put there, if that one finds another place, perhaps
 * by the same means. Exact where all contenders want one and the same port. Undoes itself when it does not succeed.
 */
function giveWay(board: Board, service: BoardService, visited: Set<BoardNode>, homes: Homes, allowed: Allowed, budget: Budget): boolean {
  budget.steps -= service.open.length;
  if (budget.steps < 0) return false;
  const node = favourite(service, homes, allowed);
  if (node !== undefined) {
    board.put(service, node);
    return true;
  }
  for (const taken of service.open) {
    if (visited.has(taken) || service.hosts.has(taken) || !allowed(service, taken)) continue;
    const other = soleContender(board, service, taken);
    if (other === undefined) continue;
    visited.add(taken);
    board.take(other, taken);
    board.put(service, taken);
    if (giveWay(board, other, visited, homes, allowed, budget)) return true;
    board.take(service, taken);
    board.put(other, taken);
  }
  return false;
}

/** The one service, still free to move, that has all the ports on the node that this one wants. */
function soleContender(board: Board, service: BoardService, node: BoardNode): BoardService | undefined {
  const owners = new Set<BoardService>();
  for (const port of service.ports) {
    const owner = node.ports.get(port);
    if (owner !== undefined) owners.add(owner);
  }
  const [owner] = owners;
  return owners.size === 1 && owner !== undefined && board.isFree(owner, node) ? owner : undefined;
}
