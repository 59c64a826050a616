import type { DiskEntry, Inspection } from "./inspection";
import type { Manifest } from "./manifest";

/** A file that is not as the node's own generation says. */
export interface Drift {
  readonly path: string;
  /** `missing`, `type` (no plain file), `content`, or `access` (mode, owner, group). */
  readonly what: "missing" | "type" | "content" | "access";
  /** For a person. */
  readonly detail: string;
}

/** What somebody has changed on a node since its activation, sorted by path. Contents of credentials are not looked at. */
export function driftOf(manifest: Manifest, disk: Inspection["disk"]): Drift[] {
  const drift: Drift[] = [];
  for (const [path, file] of [...manifest.files, ...manifest.credentials]) {
    const found = disk.get(path);
    if (found === undefined) drift.push({ path, what: "missing", detail: "missing" });
    else if (!found.type.startsWith("regular")) drift.push({ path, what: "type", detail: `a ${found.type} lies there` });
    else if ("sha256" in file && file.sha256 !== found.sha256) drift.push({ path, what: "content", detail: "edited on the node" });
    else if (access(found) !== access(file)) drift.push({ path, what: "access", detail: `${access(found)} instead of ${access(file)}` });
  }
  return drift.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** `0644 root:root` */
export function access({ mode, owner, group }: Pick<DiskEntry, "mode" | "owner" | "group">): string {
  return `${mode} ${owner}:${group}`;
}
