import pc from "../colors";
import { printable } from "../printable";
import type { Finding } from "./finding";

/** For a person: each finding with its fix; the same on several nodes is said once. */
export function findingsText(findings: readonly Finding[], nodes: number): string {
  if (findings.length === 0) return pc.green(`all is well (${nodes} nodes looked at)`);
  const groups = new Map<string, { finding: Finding; nodes: string[] }>();
  for (const finding of findings) {
    const key = JSON.stringify([finding.check, finding.found]);
    const group = groups.get(key) ?? { finding, nodes: [] };
    if (finding.node !== undefined) group.nodes.push(finding.node);
    groups.set(key, group);
  }
  const lines = [...groups.values()].flatMap(({ finding, nodes: where }) => [
    `${pc.red(finding.check)}  ${printable([where.join(", "), finding.found].filter(Boolean).join(": "))}`,
    `  ${pc.dim("->")} ${printable(finding.fix)}`,
  ]);
  return [...lines, "", `${groups.size} ${groups.size === 1 ? "finding" : "findings"}`].join("\n");
}
