import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Architecture, platform, type Recipe, readRecipe, recipeFolder } from "./recipe";
import { SetupError } from "./setup-error";

/** A pinned program for nodes, as it lies on this machine. */
export interface Artifact {
  readonly name: string;
  readonly version: string;
  readonly arch: Architecture;
  /** The gzipped tar file, its programs at its root, mode 0755. */
  readonly path: string;
  /** Hex, of the file at `path`. Another machine with another Go may build other bytes. */
  readonly sha256: string;
  /** 12 hex digits over what it is built from: the same for every operator, so fit for a trigger. */
  readonly source: string;
}

/** `etcd-3.6.16-linux-amd64.tar.gz` and the like. */
export function archiveName(recipe: Recipe): string {
  const { os, arch } = platform(recipe);
  return `${recipe.name}-${recipe.version}-${os}-${arch}.tar.gz`;
}

/** Finds what set-up has made. Throws a SetupError, one line for the operator, when it is not there. */
export function readArtifact(name: string): Artifact {
  const recipe = readRecipe(name);
  const path = join(recipeFolder(recipe), archiveName(recipe));
  if (!existsSync(path)) {
    throw new SetupError(`${name} ${recipe.version} is not built on this machine: run npm run setup`);
  }
  const sha256 = readFileSync(`${path}.sha256`, "utf8").slice(0, 64);
  return { name, version: recipe.version, arch: platform(recipe).arch, path, sha256, source: recipe.source };
}
