import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { manifest } from "../constructs/payload/manifest";
import type { Payload } from "../constructs/payload/payload";
import { UserError } from "../edge/user-error";
import { parseManifest } from "./manifest";

const MANIFEST = "manifest";

/**
 * Writes what a node should hold below a folder: `<folder>/etc/hosts` and so on, with the modes of the node, and the
 * manifest, which says the rest. An earlier render there is replaced; what else lies in the folder stays.
 * @throws UserError if the folder holds something and is no earlier render
 */
export function writeTree(folder: string, payload: Payload): void {
  takeAwayFormer(folder);
  for (const [path, file] of Object.entries(payload.files)) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, file.content);
    chmodSync(target, Number.parseInt(file.mode, 8));
  }
  // Last: a folder without it is not taken for a render.
  writeFileSync(join(folder, MANIFEST), manifest(payload));
}

function takeAwayFormer(folder: string): void {
  if (!existsSync(folder)) return;
  if (!lstatSync(folder).isDirectory()) throw new UserError(`${folder} is no folder`);
  if (readdirSync(folder).length === 0) return;
  const text = existsSync(join(folder, MANIFEST)) ? readFileSync(join(folder, MANIFEST), "utf8") : "";
  if (!text.startsWith("minicluster\t1\n"))
    throw new UserError(`${folder} is not empty and no earlier render; give another folder, or empty it`);
  for (const path of parseManifest(text.split("\n")).files.keys()) {
    // The manifest lies in a folder that anything may have written to.
    if (!path.startsWith("/") || path.split("/").includes(".."))
      throw new UserError(`${join(folder, MANIFEST)} names ${path}; give another folder`);
    rmSync(join(folder, path), { force: true });
    prune(folder, dirname(path));
  }
}

/** Removes folders that have become empty, upwards. */
function prune(folder: string, path: string): void {
  for (let each = path; each !== "/"; each = dirname(each)) {
    const target = join(folder, each);
    if (!existsSync(target) || readdirSync(target).length > 0) return;
    rmdirSync(target);
  }
}
