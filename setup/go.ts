import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { lastLines, runCommand } from "./command";
import { platform, type Recipe } from "./recipe";
import { SetupError } from "./setup-error";
import { isAtLeast } from "./version";

/** Go's own place, for a shell whose PATH lacks it. */
const USUAL_PLACE = "/usr/local/go/bin/go";

/** The Go version that a go.mod asks for. */
export function goDirective(goMod: string): string {
  const version = /^go (\S+)$/m.exec(goMod)?.[1];
  if (!version) throw new Error("go.mod has no go directive");
  return version;
}

/** Builds all programs of a recipe into a folder. */
export async function goBuild(recipe: Recipe, folder: string): Promise<void> {
  const go = await findGo(recipe);
  const { os, arch } = platform(recipe);
  for (const [program, source] of Object.entries(recipe.programs)) {
    const flags = ["-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags=-s -w"];
    const built = await runCommand(go, ["build", ...flags, "-o", join(folder, program), source], {
      cwd: recipe.module,
      environment: goEnvironment(os, arch),
    });
    if (built.status !== 0) {
      throw new SetupError(`cannot build ${program} ${recipe.version}:\n${lastLines(built.output, 12)}`);
    }
  }
}

/** What the operator has set for Go must not change what is built; where modules come from stays theirs. */
function goEnvironment(os: string, arch: string): Record<string, string | undefined> {
  return {
    CGO_ENABLED: "0",
    GOOS: os,
    GOARCH: arch,
    GO111MODULE: "on",
    GOWORK: "off",
    GOFLAGS: undefined,
    GOEXPERIMENT: undefined,
    GOAMD64: undefined,
    GOARM64: undefined,
  };
}

async function findGo(recipe: Recipe): Promise<string> {
  const needed = goDirective(readFileSync(join(recipe.module, "go.mod"), "utf8"));
  const wanted = `${recipe.name} ${recipe.version} has to be built here, which needs Go ${needed} or newer`;
  for (const go of ["go", USUAL_PLACE]) {
    if (go === USUAL_PLACE && !existsSync(go)) continue;
    // Outside any module, so that no go.mod's toolchain line answers for it.
    const asked = await runCommand(go, ["env", "GOVERSION", "GOTOOLCHAIN"], { cwd: "/" });
    if (asked.status !== 0) continue;
    const [version = "", toolchain = ""] = asked.stdout.trim().split("\n");
    const found = version.replace(/^go/, "");
    // Go from 1.21 on fetches a newer toolchain by itself, unless it is told not to.
    if (isAtLeast(found, needed) || (toolchain !== "" && !toolchain.startsWith("local"))) return go;
    throw new SetupError(`${wanted}; this is ${found}: install a newer one, then run npm run setup`);
  }
  throw new SetupError(`${wanted}; there is none: install Go, put it on PATH, then run npm run setup`);
}
