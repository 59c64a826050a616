import { existsSync } from "node:fs";
import { chmod, copyFile, mkdir, readFile, rename } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { build } from "./build";
import { lastLines, runCommand } from "./command";
import { platform, type Recipe, recipes } from "./recipe";
import { SetupError } from "./setup-error";
import { QUIET, type Terraform } from "./terraform";

const PREFIX = "terraform-provider-";

/** Of the folders in which terraform and tofu look by themselves the one that depends on no XDG variable. */
export function mirrorFolder(): string {
  return join(process.env.HOME || homedir(), ".terraform.d", "plugins");
}

/** A provider's place in the mirror, there or not. */
export interface MirroredProvider {
  readonly recipe: Recipe;
  /** The program's absolute path. */
  readonly path: string;
}

/**
 * Where the providers lie in the mirror, or would lie.
 * `configuration` is a folder whose configuration requires them: terraform is asked for their full
 * addresses, since its registry has another host than OpenTofu's.
 */
export async function mirroredProviders(terraform: Terraform, configuration: string): Promise<MirroredProvider[]> {
  const listed = await runCommand(terraform.program, ["providers", "-no-color"], {
    cwd: configuration,
    environment: QUIET,
  });
  if (listed.status !== 0) {
    throw new SetupError(`${terraform.program} providers fails:\n${lastLines(listed.output, 12)}`);
  }
  const addresses = parseAddresses(listed.stdout);
  return recipes()
    .filter(({ name }) => name.startsWith(PREFIX))
    .map((recipe) => {
      const address = addresses.get(recipe.name.slice(PREFIX.length));
      if (!address) throw new Error(`no provider is required that ${recipe.name} would be`);
      return { recipe, path: join(mirrorFolder(), mirrorPath(recipe, address)) };
    });
}

/** Provider name -> address, from what `terraform providers` prints: `provider[<address>] <constraint>`. */
export function parseAddresses(listing: string): Map<string, string> {
  const found = [...listing.matchAll(/provider\[([^\]\s]+\/([^\]/\s]+))\]/g)];
  return new Map(found.map(([, address = "", name = ""]) => [name, address]));
}

/** The path within a mirror, in its unpacked layout. */
export function mirrorPath(recipe: Recipe, address: string): string {
  const { os, arch } = platform(recipe);
  return join(address, recipe.version, `${os}_${arch}`, `${recipe.name}_v${recipe.version}_x5`);
}

/** Builds a provider and puts it into the mirror, unless the very same is there. */
export async function mirrorProvider({ recipe, path }: MirroredProvider): Promise<void> {
  const built = join(await build(recipe), recipe.name);
  if (existsSync(path) && (await readFile(path)).equals(await readFile(built))) return;
  await mkdir(dirname(path), { recursive: true });
  // Not beside it: terraform's checksum covers all that lies in the program's folder.
  const unfinished = join(dirname(path), "..", `${recipe.name}-${process.pid}.unfinished`);
  await copyFile(built, unfinished);
  await chmod(unfinished, 0o755);
  await rename(unfinished, path);
}
