import { constants } from "node:fs";
import { access, mkdir, readlink, rm, symlink } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { build } from "./build";
import { runCommand } from "./command";
import { CHECKOUT } from "./folders";
import { readRecipe } from "./recipe";
import { isAtLeast } from "./version";

/** The oldest that are known to do. */
const TERRAFORM_MINIMUM = "1.10";
const TOFU_MINIMUM = "1.10";

export interface Terraform {
  /** Absolute. */
  readonly program: string;
  readonly version: string;
}

/** How our own calls of terraform run: it shall neither ask for news nor ask the operator. */
export const QUIET = { CHECKPOINT_DISABLE: "1", TF_INPUT: "0" };

/** Where npm and npx look first; the cdktf CLI starts whatever `terraform` is found on PATH. */
const LINK = join(CHECKOUT, "node_modules", ".bin", "terraform");

/**
 * Finds a terraform or tofu on PATH that is new enough, else builds OpenTofu, and sees to it that
 * `terraform` means that one for what npm and npx start in this checkout.
 */
export async function provideTerraform(): Promise<Terraform> {
  const path = (process.env.PATH ?? "").split(delimiter);
  const terraform = await firstUsable(path, "terraform", TERRAFORM_MINIMUM);
  if (terraform) {
    await rm(LINK, { force: true });
    return terraform;
  }
  const tofu = (await firstUsable(path, "tofu", TOFU_MINIMUM)) ?? (await buildTofu());
  await link(tofu.program);
  return tofu;
}

/** Only the first of that name on PATH counts: it is the one that others start. */
async function firstUsable(path: readonly string[], name: string, minimum: string): Promise<Terraform | undefined> {
  const program = await findOnPath(path, name);
  return program ? await usable(program, minimum) : undefined;
}

/** The first program of a name in folders, those of npm aside: it puts them first, and our link lies there. */
export async function findOnPath(path: readonly string[], name: string): Promise<string | undefined> {
  for (const folder of path) {
    if (folder === "" || folder.endsWith(join("node_modules", ".bin"))) continue;
    const program = join(folder, name);
    if (
      await access(program, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return program;
  }
  return undefined;
}

async function usable(program: string, minimum: string): Promise<Terraform | undefined> {
  const asked = await runCommand(program, ["version", "-json"], {
    cwd: "/",
    environment: QUIET,
    timeoutSeconds: 20,
  });
  const version = asked.status === 0 ? parseVersion(asked.stdout) : undefined;
  return version && isAtLeast(version, minimum) ? { program, version } : undefined;
}

/** The version in what `terraform version -json` prints; undefined when it is something else. */
export function parseVersion(json: string): string | undefined {
  try {
    const version = (JSON.parse(json) as { terraform_version?: unknown }).terraform_version;
    return typeof version === "string" ? version : undefined;
  } catch {
    return undefined;
  }
}

async function buildTofu(): Promise<Terraform> {
  const recipe = readRecipe("opentofu");
  return { program: join(await build(recipe), "tofu"), version: recipe.version };
}

async function link(program: string): Promise<void> {
  if ((await readlink(LINK).catch(() => undefined)) === program) return;
  await mkdir(join(LINK, ".."), { recursive: true });
  await rm(LINK, { force: true });
  await symlink(program, LINK);
}
