import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../constructs/payload/manifest";
import type { Payload } from "../constructs/payload/payload";
import { type Inspection, InspectionError, parseInspection } from "./inspection";
import { runScript } from "./remote";
import type { SshTarget } from "./ssh";

export type Inspected = { readonly ok: true; readonly inspection: Inspection } | { readonly ok: false; readonly error: string };

/** `status`: units, certificates and etcd; `contents`: the contents of files that differ; `doctor`: status, and the machine itself. */
export type InspectionKind = "status" | "contents" | "doctor";

/**
 * Looks at a node over one SSH connection. Never rejects for what a node does.
 * @param lookups names that `doctor` has the node look up
 */
export async function inspectNode(
  target: SshTarget,
  payload: Payload,
  kind: InspectionKind,
  lookups: readonly string[] = [],
): Promise<Inspected> {
  const answer = await runScript(target, inspectionScript(payload, kind, lookups));
  if (!answer.ok) return answer;
  try {
    return { ok: true, inspection: parseInspection(answer.output) };
  } catch (error) {
    if (!(error instanceof InspectionError)) throw error;
    return { ok: false, error: error.message };
  }
}

/** The script for one node: what it should hold, then `inspect.sh`. */
export function inspectionScript(payload: Payload, kind: InspectionKind, lookups: readonly string[] = []): string {
  const wanted = Object.entries(payload.files).map(([path, file]) => `${sha256(file.content)}\t${path}`);
  return [
    `units=${shellWord(payload.units.map((unit) => unit.name).join(" "))}`,
    `wanted=${shellWord(wanted.join("\n"))}`,
    `ask_for=${kind}`,
    `lookups=${shellWord(lookups.join(" "))}`,
    readFileSync(join(__dirname, "inspect.sh"), "utf8"),
  ].join("\n");
}

function shellWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
