import { setTimeout as sleep } from "node:timers/promises";
import type { LabCluster } from "../support/lab-cluster";
import { hostsOf } from "../support/prometheus";

export interface Line {
  readonly time: string;
  readonly host: string;
  readonly service: string;
  readonly unit: string;
  readonly message: string;
}

/** What `minicluster logs` shows. */
export async function shown(cluster: LabCluster, service: string, ...options: string[]): Promise<Line[]> {
  const { code, output } = await cluster.minicluster("logs", service, "--since", "10m", "--json", ...options);
  if (code !== 0) throw new Error(output);
  return output
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** Waits for as many lines, and a little longer for one too many. */
export async function shownOnce(cluster: LabCluster, service: string, wanted: number, ...options: string[]): Promise<Line[]> {
  const end = performance.now() + 60_000;
  let lines: Line[] = [];
  while (lines.length < wanted && performance.now() < end) {
    lines = await shown(cluster, service, ...options);
    if (lines.length < wanted) await sleep(1000);
  }
  return lines;
}

/** Numbers that were said and are shown never, or more than once. */
export function wrongNumbers(lines: readonly Line[], upTo: number): string[] {
  const found = new Map<number, number>();
  for (const { message } of lines) {
    const number = Number(/(\d+)$/.exec(message)?.[1]);
    found.set(number, (found.get(number) ?? 0) + 1);
  }
  return Array.from({ length: upTo }, (_, index) => index + 1)
    .filter((number) => found.get(number) !== 1)
    .map((number) => `${number}: ${found.get(number) ?? 0} times`);
}

/** The node on which lines are collected. */
export async function collectorOf(cluster: LabCluster): Promise<string> {
  const [collector = ""] = await hostsOf(cluster, "log-collector");
  return collector;
}
