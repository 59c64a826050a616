import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { SourceFile, Sources } from "../constructs/config";

/** Where minicluster itself lies: `cloud-init/` and `artifacts/` are below it. */
export const PROJECT = join(__dirname, "..");

/** Reads everything that synthesis depends on, but for the vault. */
export function readSources(configDirectory: string): Sources {
  const sources = new Map<string, SourceFile>();
  readTree(join(PROJECT, "cloud-init"), "cloud-init", sources, () => true);
  readTree(join(configDirectory, "files"), "config/files", sources, () => true);
  readTree(configDirectory, "config", sources, (path) => /\.ya?ml$/.test(path));
  return sources;
}

/** Follows links: what counts is what lies there. Folders that hold other things than configuration are passed over. */
function readTree(folder: string, name: string, into: Map<string, SourceFile>, wanted: (path: string) => boolean): void {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  for (const entry of readdirSync(folder).sort()) {
    const path = join(folder, entry);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory() && !(name === "config" && (entry === "files" || entry === "private" || entry.startsWith(".")))) {
      readTree(path, `${name}/${entry}`, into, wanted);
    } else if (stat?.isFile() && wanted(path)) {
      into.set(`${name}/${entry}`, { content: readFileSync(path), executable: (stat.mode & 0o111) !== 0 });
    }
  }
}
