import { type Board, type BoardNode, type BoardService, fits, missing, sharedPort } from "./board";
import type { Budget } from "./fill";
import { compareNames } from "./order";
import { score } from "./rendezvous";

export type SearchResult = "found" | "impossible" | "exhausted";

/** The services of this run that a service contends with for ports, directly or through others; it is one of them. */
export function contenders(service: BoardService, all: readonly BoardService[]): BoardService[] {
  const found = new Set([service]);
  for (const one of found) {
    for (const other of all) if (!found.has(other) && sharedPort(one, other) !== undefined) found.add(other);
  }
  return [...found].sort((a, b) => compareNames(a.name, b.name));
}

/**
 * Tries every assignment of the services' free instances until one is legal or the budget is spent. Leaves the board as it
 * was unless it has found one. The service with the least room to spare chooses first, and a branch ends as soon as any
 * service has fewer nodes left than it needs.
 */
export function search(board: Board, services: readonly BoardService[], budget: Budget): SearchResult {
  const before = services.map((service) => [...service.hosts].filter((node) => board.isFree(service, node)));
  services.forEach((service, i) => {
    for (const node of before[i] ?? []) board.take(service, node);
  });
  const run = new Run(board, services, budget);
  if (run.solve()) return "found";
  services.forEach((service, i) => {
    for (const node of before[i] ?? []) board.put(service, node);
  });
  return budget.steps < 0 ? "exhausted" : "impossible";
}

class Run {
  /** Each service's nodes in the order in which it tries them; it takes them in this order only, so that no set is tried twice. */
  private readonly choices: ReadonlyMap<BoardService, readonly BoardNode[]>;
  private readonly from: Map<BoardService, number>;

  constructor(
    private readonly board: Board,
    private readonly services: readonly BoardService[],
    private readonly budget: Budget,
  ) {
    this.choices = new Map(services.map((service) => [service, preferred(service)]));
    this.from = new Map(services.map((service) => [service, 0]));
  }

  solve(): boolean {
    const next = this.tightest();
    if (next === "done") return true;
    if (next === "stuck") return false;
    const { service, options } = next;
    const from = this.from.get(service) ?? 0;
    const needed = missing(service);
    for (let i = 0; i + needed <= options.length && this.budget.steps >= 0; i++) {
      const option = options[i];
      if (option === undefined) break;
      this.board.put(service, option.node);
      this.from.set(service, option.index + 1);
      if (this.solve()) return true;
      this.board.take(service, option.node);
    }
    this.from.set(service, from);
    return false;
  }

  private tightest(): "done" | "stuck" | Step {
    let best: Step | undefined;
    let leastRoom = Number.POSITIVE_INFINITY;
    for (const service of this.services) {
      const needed = missing(service);
      if (needed <= 0) continue;
      const options = this.options(service);
      const room = options.length - needed;
      if (room < 0 || this.budget.steps < 0) return "stuck";
      if (room >= leastRoom) continue;
      leastRoom = room;
      best = { service, options };
    }
    return best ?? "done";
  }

  private options(service: BoardService): Option[] {
    const nodes = this.choices.get(service) ?? [];
    const options: Option[] = [];
    for (let index = this.from.get(service) ?? 0; index < nodes.length; index++) {
      const node = nodes[index];
      this.budget.steps--;
      if (node !== undefined && fits(service, node)) options.push({ node, index });
    }
    return options;
  }
}

interface Option {
  readonly node: BoardNode;
  readonly index: number;
}

interface Step {
  readonly service: BoardService;
  readonly options: readonly Option[];
}

function preferred(service: BoardService): BoardNode[] {
  return [...service.open].sort(
    (a, b) =>
      Number(a.model.skip) - Number(b.model.skip) ||
      a.load - b.load ||
      score(service, b) - score(service, a) ||
      compareNames(a.name, b.name),
  );
}
