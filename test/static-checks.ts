import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** Something that must hold of the files as they are. */
export interface StaticCheck {
  readonly name: string;
  /** @returns what is wrong, or undefined */
  run(): string | undefined;
}

export function staticChecks(): StaticCheck[] {
  return [
    program("biome", "npx", ["biome", "check", "--error-on-warnings"]),
    program("tsc", "npx", ["tsc", "--noEmit"]),
    program("shellcheck", "shellcheck", ["--exclude=SC1091,SC2154", ...shellScripts()]),
  ];
}

function program(name: string, command: string, args: string[]): StaticCheck {
  return {
    name,
    run() {
      const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1 << 26 });
      return status === 0 ? undefined : `${error?.message ?? ""}${stdout}${stderr}`;
    },
  };
}

/** Every file of ours that a shell reads, by its first line. */
function shellScripts(): string[] {
  return ["cloud-init", "setup", "cli", "lab", ".ci", "test", "cluster"]
    .flatMap(filesBelow)
    .filter((path) => /^#!.*\b(sh|bash|dash)\b/.test(readFileSync(path, "latin1").slice(0, 64)));
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (name === "private" || name === "node_modules") return [];
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}
