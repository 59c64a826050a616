import { credentialFiles, manifest } from "../constructs/payload/manifest";
import type { Payload } from "../constructs/payload/payload";
import { access } from "./drift";
import type { Inspection } from "./inspection";
import { listed, type Manifest, type ManifestFile, parseManifest } from "./manifest";
import { isWell, unitState } from "./unit-state";

/** One side of a file. */
export interface FileSide {
  /** As stat(1) calls it, e.g. `regular file`. */
  readonly type: string;
  readonly size: number;
  /** `0644 root:root` */
  readonly access: string;
  /** Absent where it is no plain file, or too large to be fetched. */
  readonly content?: Buffer;
}

/** A file that the next deploy writes or takes away. */
export interface FileChange {
  readonly path: string;
  /** What lies on the node; absent where nothing does. */
  readonly before?: FileSide;
  /** What would be delivered; absent where the file would be taken away. */
  readonly after?: FileSide;
  /** It is not as the node's own generation says: somebody edited it there. */
  readonly drifted: boolean;
}

/** All that the next deploy changes on a node, as far as one can tell without Terraform's state. */
export interface NodeDiff {
  readonly files: readonly FileChange[];
  /** Lines for a person on credentials, units and health checks, e.g. `restart web.service`. */
  readonly others: readonly string[];
}

/** Compares what a node holds with what would be delivered. Contents of credentials are not looked at. */
export function nodeDiff(inspection: Inspection, payload: Payload): NodeDiff {
  const wanted = parseManifest(manifest(payload).split("\n"));
  const committed = inspection.committed?.manifest;
  const files = fileChanges(inspection, payload, wanted, committed);
  const credentials = credentialChanges(inspection, payload, committed);
  const touched = [...files.filter((file) => file.after !== undefined).map((file) => file.path), ...credentials.written];
  const units = unitChanges(inspection, wanted, committed, touched);
  const others = [...credentials.lines, ...units, ...orders(wanted, committed)];
  if (files.length + others.length === 0 && committed?.digest !== wanted.digest)
    others.push("activate (a description without consequences changed)");
  return { files, others };
}

function fileChanges({ disk }: Inspection, payload: Payload, wanted: Manifest, committed: Manifest | undefined): FileChange[] {
  const paths = new Set([...Object.keys(payload.files), ...(committed?.files.keys() ?? [])]);
  return [...paths].sort().flatMap((path): FileChange[] => {
    const file = payload.files[path];
    const found = disk.get(path);
    const after = file && { type: "regular file", size: file.content.length, access: access(file), content: file.content };
    if (after === undefined && found === undefined) return [];
    // What was not sent is as it should be.
    const same = found?.type.startsWith("regular") && file !== undefined && found.sha256 === wanted.files.get(path)?.sha256;
    const before = found && { type: found.type, size: found.size, access: access(found), content: same ? file.content : found.content };
    if (same && before?.access === after?.access) return [];
    return [{ path, before, after, drifted: hasDrifted(committed?.files.get(path), found) }];
  });
}

function hasDrifted(
  committed: ManifestFile | undefined,
  found: { sha256?: string; mode: string; owner: string; group: string } | undefined,
) {
  return committed !== undefined && (found === undefined || committed.sha256 !== found.sha256 || access(committed) !== access(found));
}

function credentialChanges({ disk }: Inspection, payload: Payload, committed: Manifest | undefined) {
  const wanted = credentialFiles(payload);
  const lines: string[] = [];
  const written: string[] = [];
  for (const file of wanted) {
    const found = disk.get(file.path);
    const known = committed?.credentials.has(file.path) === true;
    if (known && found !== undefined && access(found) === access(file)) continue;
    written.push(file.path);
    const what = !known ? "new" : found === undefined ? "missing" : `${access(found)} becomes ${access(file)}`;
    lines.push(`credential ${file.path}: ${what}`);
  }
  const paths = new Set(wanted.map((file) => file.path));
  for (const path of committed?.credentials.keys() ?? []) if (!paths.has(path)) lines.push(`credential ${path}: taken away`);
  return { lines, written };
}

/** Units that start, stop, restart or reload, in that order of precedence. */
function unitChanges({ units }: Inspection, wanted: Manifest, committed: Manifest | undefined, touched: readonly string[]): string[] {
  const named = (field: "restarts" | "reloads") =>
    new Set(touched.flatMap((path) => listed((wanted.files.get(path) ?? wanted.credentials.get(path))?.[field])));
  const restarts = named("restarts");
  const reloads = named("reloads");
  const lines = [...wanted.units.keys()].flatMap((unit) => {
    const state = unitState(units.get(unit));
    if (!committed?.units.has(unit)) return [`start ${unit}`];
    if (!isWell(state)) return [`start ${unit} (it is ${state})`];
    if (restarts.has(unit)) return [`restart ${unit}`];
    return reloads.has(unit) ? [`reload ${unit}`] : [];
  });
  const stops = [...(committed?.units.keys() ?? [])].filter((unit) => !wanted.units.has(unit));
  return [...lines, ...stops.map((unit) => `stop ${unit}`)];
}

function addedAndGone(what: string, before: readonly string[], after: readonly string[]): string[] {
  return [
    ...after.filter((each) => !before.includes(each)).map((each) => `${what} added: ${each}`),
    ...before.filter((each) => !after.includes(each)).map((each) => `${what} gone: ${each}`),
  ];
}

/** What changes without touching a file: verifications, health checks, and which units a file restarts. */
function orders(wanted: Manifest, committed: Manifest | undefined): string[] {
  if (committed === undefined) return [];
  const lines = [
    ...addedAndGone("verification", committed.verify, wanted.verify),
    ...addedAndGone("health check", committed.health, wanted.health),
  ];
  for (const [path, file] of wanted.files) {
    const before = committed.files.get(path);
    if (before !== undefined && before.restarts !== file.restarts)
      lines.push(`${path}: restarts ${file.restarts} instead of ${before.restarts}`);
    if (before !== undefined && before.reloads !== file.reloads)
      lines.push(`${path}: reloads ${file.reloads} instead of ${before.reloads}`);
  }
  return lines;
}
