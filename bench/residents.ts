/** What the processes of one unit keep in memory, in KiB. */
export interface Resident {
  readonly unit: string;
  readonly processes: number;
  /** Each process by itself: what they share counts for each. */
  readonly rss: number;
  /** What they share is divided among them. */
  readonly pss: number;
}

/** Runs as root on a machine: one line per process, its control group, VmRSS and Pss. */
export const RESIDENTS_SCRIPT = `
for process in /proc/[0-9]*; do
  rss=$(sed -n 's/^VmRSS:[[:space:]]*\\([0-9]*\\) kB/\\1/p' "$process/status" 2>/dev/null)
  pss=$(sed -n 's/^Pss:[[:space:]]*\\([0-9]*\\) kB/\\1/p' "$process/smaps_rollup" 2>/dev/null)
  group=$(sed -n 's/^0:://p' "$process/cgroup" 2>/dev/null)
  [ -z "$rss" ] || printf '%s\\t%s\\t%s\\n' "$group" "$rss" "\${pss:-0}"
done`;

/** Sums by unit; sorted, the largest first. Sessions and what belongs to no unit are called by their control group. */
export function residents(output: string): Resident[] {
  const units = new Map<string, Resident>();
  for (const line of output.split("\n").filter(Boolean)) {
    const [group = "", rss = "0", pss = "0"] = line.split("\t");
    const unit = group.split("/").findLast((part) => /\.(service|scope|socket)$/.test(part)) ?? group;
    const sum = units.get(unit) ?? { unit, processes: 0, rss: 0, pss: 0 };
    units.set(unit, { unit, processes: sum.processes + 1, rss: sum.rss + Number(rss), pss: sum.pss + Number(pss) });
  }
  return [...units.values()].sort((a, b) => b.rss - a.rss || (a.unit < b.unit ? -1 : 1));
}
