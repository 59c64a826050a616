import { firstToExpire } from "./certificates";
import pc from "./colors";
import type { EtcdMember } from "./etcd-members";
import { printable } from "./printable";
import type { NodeStatus, StatusReport } from "./status-report";
import { table } from "./table";
import { isWell } from "./unit-state";

/** Renewal is planned 120 days ahead: with fewer than this, deploys have not happened for long. */
const FEW_DAYS = 30;

/**
 * The report for a person: a line per node, etcd, then what is not well.
 * @param width of the terminal; undefined: nothing wraps
 */
export function statusText(report: StatusReport, now: Date, width?: number): string {
  const nodes = Object.entries(report.nodes);
  const parts = [
    table(
      ["NODE", "GENERATION", "STATE", "CERTIFICATES", "SERVICES"],
      nodes.map(([name, node]) => [name, generation(node, now), state(node), certificates(node), services(node)]),
      width,
    ),
  ];
  const { members } = report.etcd;
  if (members.length > 0) parts.push(table(["ETCD", "HEALTH", "ROLE", "ENDPOINT"], members.map(memberRow), width));
  const problems = [
    ...grouped(nodes.flatMap(([name, node]) => problemsOf(node).map((problem) => [name, problem] as const))),
    ...members.filter((member) => !member.healthy).map(({ name, error }) => `etcd ${name}: ${error ?? "not healthy"}`),
  ];
  parts.push(report.well && problems.length === 0 ? pc.green("all is well") : problems.map(printable).join("\n"));
  return parts.filter((part) => part !== "").join("\n\n");
}

/** What is the same on several nodes is said once. */
function grouped(problems: readonly (readonly [string, string])[]): string[] {
  const nodesOf = new Map<string, string[]>();
  for (const [name, problem] of problems) nodesOf.set(problem, [...(nodesOf.get(problem) ?? []), name]);
  return [...nodesOf].map(([problem, names]) => `${names.join(", ")}: ${problem}`);
}

function generation(node: NodeStatus, now: Date): string {
  if (node.generation === null || node.activatedAt === null) return "-";
  return `${node.generation}, ${ago(now.getTime() - Date.parse(node.activatedAt))}`;
}

/** `3 min ago` */
function ago(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 60) return `${minutes} min ago`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h ago` : `${Math.floor(minutes / 1440)} d ago`;
}

function state(node: NodeStatus): string {
  if (node.skipped) return pc.dim("skipped");
  if (!node.reachable) return pc.red("unreachable");
  if (node.generation === null) return pc.yellow("empty");
  if (node.unfinished) return pc.yellow("unfinished");
  if (node.drift.length > 0) return pc.yellow("drift");
  return node.upToDate ? pc.green("up to date") : pc.yellow("behind");
}

function certificates(node: NodeStatus): string {
  const first = firstToExpire(node.certificates);
  if (first === undefined) return "-";
  if (first.daysLeft === null) return pc.red("unreadable");
  const text = `${first.daysLeft} d`;
  return first.daysLeft < 0 ? pc.red(text) : first.daysLeft < FEW_DAYS ? pc.yellow(text) : text;
}

function services(node: NodeStatus): string {
  return Object.entries(node.services)
    .map(([name, state]) => (isWell(state) || state === "installed" ? name : pc.red(`${name}:${printable(state)}`)))
    .join(" ");
}

function memberRow({ name, healthy, leader, learner, endpoint }: EtcdMember): string[] {
  const role = leader ? "leader" : learner ? "learner" : "";
  return [printable(name), healthy ? pc.green("healthy") : pc.red("unhealthy"), role, printable(endpoint)];
}

function problemsOf(node: NodeStatus): string[] {
  if (node.skipped) return [];
  if (!node.reachable) return [node.error ?? "unreachable"];
  if (node.generation === null) return ["nothing was delivered yet: npx cdktf deploy"];
  const first = firstToExpire(node.certificates);
  return [
    ...(node.upToDate ? [] : ["behind what is described, minicluster diff shows how"]),
    ...(node.unfinished ? ["an activation is running, or was killed: the next npx cdktf deploy finishes it"] : []),
    ...Object.entries(node.units).flatMap(([unit, state]) => (isWell(state) ? [] : [`${unit} is ${state}`])),
    ...node.drift.map(({ path, detail }) => `${path}: ${detail}`),
    ...(first === undefined || (first.daysLeft !== null && first.daysLeft >= FEW_DAYS) ? [] : [expiry(first)]),
  ];
}

function expiry({ path, daysLeft }: { path: string; daysLeft: number | null }): string {
  if (daysLeft === null) return `${path} is no certificate`;
  return daysLeft < 0
    ? `${path} has expired; npx cdktf deploy renews it`
    : `${path} expires in ${daysLeft} days; npx cdktf deploy renews it`;
}
