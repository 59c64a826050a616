/** Makes bundle folders by hand from docs/activation.md, independently of the code that makes the real ones. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";

export const SCRIPT = join(__dirname, "../../cloud-init/node/minicluster-activate");
export const USER = userInfo().username;
export const GROUP = execFileSync("id", ["-gn"], { encoding: "utf8" }).trim();

export interface Access {
  mode?: string;
  owner?: string;
  group?: string;
  restarts?: string[];
  reloads?: string[];
}

export interface BundleSpec {
  node?: string;
  /** path -> content, or content with more */
  files?: Record<string, string | ({ content: string } & Access)>;
  credentials?: Record<string, Access>;
  /** unit -> services */
  units?: Record<string, string[]>;
  /** unit, command */
  verify?: [string, string][];
  /** Paths by which the node is reached. */
  confirm?: string[];
  /** unit, seconds, command */
  health?: [string, number, string][];
  /** service, host, address, port */
  instances?: [string, string, string, number | "-"][];
  /** core nodes before and after it in the chain */
  rollout?: { before: string[]; after: string[] };
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const list = (names?: string[]): string => (names?.length ? names.join(",") : "-");

/** Writes the bundle into the folder, which must not exist. @returns its digest */
export function writeBundle(folder: string, spec: BundleSpec): string {
  mkdirSync(join(folder, "blobs"), { recursive: true, mode: 0o700 });
  const access = (entry: Access, mode: string): string[] => [
    entry.mode ?? mode,
    entry.owner ?? USER,
    entry.group ?? GROUP,
    list(entry.restarts),
    list(entry.reloads),
  ];
  const held: string[][] = [];
  for (const [path, value] of Object.entries(spec.files ?? {})) {
    const file = typeof value === "string" ? { content: value } : value;
    const digest = sha256(file.content);
    writeFileSync(join(folder, "blobs", digest), file.content);
    held.push(["file", path, digest, ...access(file, "0644")]);
  }
  for (const [path, entry] of Object.entries(spec.credentials ?? {})) {
    held.push(["credential", path, ...access(entry, "0400")]);
  }
  for (const [unit, services] of Object.entries(spec.units ?? {})) held.push(["unit", unit, list(services)]);
  for (const [unit, command] of spec.verify ?? []) held.push(["verify", unit, command]);
  for (const [unit, seconds, command] of spec.health ?? []) held.push(["health", unit, String(seconds), command]);

  for (const path of spec.confirm ?? []) held.push(["confirm", path]);

  const node = spec.node ?? "core-2";
  const digest = sha256(held.map((fields) => `${fields.join("\t")}\n`).join(""));
  const lines = [["minicluster", "1"], ["node", node], ["digest", digest], ...held];
  for (const [service, host, address, port] of spec.instances ?? []) {
    lines.push(["instance", service, host, address, String(port)]);
  }
  if (spec.rollout) lines.push(["rollout", node, list(spec.rollout.before), list(spec.rollout.after)]);
  writeFileSync(join(folder, "manifest"), lines.map((fields) => `${fields.join("\t")}\n`).join(""));
  copyFileSync(SCRIPT, join(folder, "minicluster-activate"));
  return digest;
}

/** The file in which credentials are delivered. */
export function stagedText(credentials: Record<string, string>): string {
  const sections = Object.entries(credentials).map(([path, content]) => `@@ ${path}\n${content}`);
  return `${sections.join("")}@@ end\n`;
}
