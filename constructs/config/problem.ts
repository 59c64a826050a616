import type { Problem } from "./model";

/** Collects the mistakes of all documents, so that the user sees every one at once. */
export class ProblemList {
  readonly #problems = new Map<string, Problem>();

  add(problem: Problem): void {
    this.#problems.set(formatProblem(problem), problem);
  }

  get isEmpty(): boolean {
    return this.#problems.size === 0;
  }

  /** Each problem once, sorted by file, line and column. */
  sorted(): Problem[] {
    return [...this.#problems.values()].sort(
      (a, b) => compareText(a.file, b.file) || a.line - b.line || a.column - b.column || compareText(a.path, b.path),
    );
  }
}

/**
 * One line for a person:
 * `services.yml:12:5 web.num_instances: 4 instances wanted, group "ssd" has 3 nodes; lower it or add nodes`.
 * A problem of a whole file has no path: `services.yml:3:1: ...`.
 */
export function formatProblem(problem: Problem): string {
  const place = `${problem.file}:${problem.line}:${problem.column}`;
  return problem.path === "" ? `${place}: ${problem.message}` : `${place} ${problem.path}: ${problem.message}`;
}

/** Order by code unit: the same on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const LONGEST_QUOTE = 80;

/** The value as a message shows it: strings in quotes and cut short, so that a message stays one line. */
export function show(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  if (typeof value !== "string") return String(value);
  const short = value.length > LONGEST_QUOTE ? `${value.slice(0, LONGEST_QUOTE)}...` : value;
  return JSON.stringify(short);
}

/** `1 node`, `3 nodes` */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
