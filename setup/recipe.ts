import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import list from "../artifacts/artifacts.json";
import { CHECKOUT, cacheFolder } from "./folders";

/** The architectures that Debian nodes have, in Go's words. */
export type Architecture = "amd64" | "arm64";

/** How a pinned program is built: one Go wrapper module, whose go.sum says exactly from what. */
export interface Recipe {
  readonly name: string;
  readonly version: string;
  /** Programs for nodes are packed into one archive for Linux; the operator's stay as they are. */
  readonly runsOn: "nodes" | "operator";
  /** Program -> the Go package that it is built from. */
  readonly programs: Readonly<Record<string, string>>;
  /** The wrapper module's folder. */
  readonly module: string;
  /** 12 hex digits over all that decides what is built: the same on every operator's machine. */
  readonly source: string;
}

/** All recipes of artifacts/artifacts.json, by name. */
export function recipes(): Recipe[] {
  return Object.keys(list).sort().map(readRecipe);
}

/** One recipe; throws for a name that artifacts/artifacts.json does not have. */
export function readRecipe(name: string): Recipe {
  const entry = Object.entries(list).find(([key]) => key === name)?.[1];
  if (!entry) throw new Error(`artifacts/artifacts.json has no "${name}"`);
  const module = join(CHECKOUT, "artifacts", name);
  // A program of the module's own has sources beside them.
  const own = readdirSync(module).filter((file) => file.endsWith(".go"));
  const parts = ["go.mod", "go.sum", ...own.sort()].map((file) => readFileSync(join(module, file), "utf8"));
  return {
    name,
    version: entry.version,
    runsOn: entry.runsOn as Recipe["runsOn"],
    programs: entry.programs,
    module,
    source: sourceDigest([...parts, JSON.stringify(entry)]),
  };
}

/** 12 hex digits over texts, such that no two different lists give the same input. */
export function sourceDigest(parts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest("hex").slice(0, 12);
}

/** This machine's architecture in Go's words. */
export function hostArchitecture(architecture: string = process.arch): Architecture {
  if (architecture === "x64") return "amd64";
  if (architecture === "arm64") return "arm64";
  throw new Error(`a machine of architecture ${architecture} can neither build nor run the programs; use amd64 or arm64`);
}

/** `linux_amd64` and the like: where a recipe's programs run, as terraform writes it too. */
export function platform(recipe: Recipe): { os: string; arch: Architecture } {
  return { os: recipe.runsOn === "nodes" ? "linux" : process.platform, arch: hostArchitecture() };
}

/** Where what a recipe makes is kept. */
export function recipeFolder(recipe: Recipe): string {
  const { os, arch } = platform(recipe);
  return join(cacheFolder(), "artifacts", recipe.name, `${recipe.version}-${recipe.source}-${os}-${arch}`);
}
