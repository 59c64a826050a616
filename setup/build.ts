import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { createTar } from "nanotar";
import { archiveName } from "./artifact";
import { goBuild } from "./go";
import { unfinishedFolder } from "./leftovers";
import { step } from "./progress";
import { type Recipe, recipeFolder } from "./recipe";

/**
 * Builds what a recipe describes unless the cache has it; returns its folder. The folder appears by a
 * rename, complete: an interrupted build leaves nothing behind that would be taken for a result.
 */
export async function build(recipe: Recipe): Promise<string> {
  const folder = recipeFolder(recipe);
  if (existsSync(folder)) return folder;
  const unfinished = join(unfinishedFolder(), `${recipe.name}-${process.pid}`);
  await step(`build ${recipe.name} ${recipe.version}`, async () => {
    await mkdir(unfinished, { recursive: true });
    try {
      await goBuild(recipe, unfinished);
      if (recipe.runsOn === "nodes") await pack(recipe, unfinished);
      await mkdir(dirname(folder), { recursive: true });
      await rename(unfinished, folder);
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
  });
  return folder;
}

/** Puts the programs into one archive that depends on nothing but their bytes, its checksum beside it. */
async function pack(recipe: Recipe, folder: string): Promise<void> {
  const programs = Object.keys(recipe.programs).sort();
  const entries = await Promise.all(programs.map(async (name) => ({ name, data: await readFile(join(folder, name)) })));
  const attributes = { mode: "755", uid: 0, gid: 0, user: "root", group: "root", mtime: 0 };
  const tar = createTar(entries.map((entry) => ({ ...entry, attrs: attributes })));
  const archive = await promisify(gzip)(tar, { level: 9 });
  const name = archiveName(recipe);
  await writeFile(join(folder, name), archive);
  const digest = createHash("sha256").update(archive).digest("hex");
  await writeFile(join(folder, `${name}.sha256`), `${digest}  ${name}\n`);
  for (const program of programs) await rm(join(folder, program));
}
