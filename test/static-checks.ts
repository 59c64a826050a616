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
    program("shellcheck", "shellcheck", ["--exclude=SC1091,SC2154", ...scripts(/^#!.*\b(sh|bash|dash)\b/)]),
    program("python", "python3", ["-c", COMPILE, ...scripts(/^(#!.*\bpython3|""")/)]),
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

/** Not py_compile, which leaves its results beside what it reads: in folders that are delivered. */
const COMPILE = "import sys; [compile(open(path, encoding='utf-8').read(), path, 'exec') for path in sys.argv[1:]]";

/** Every file of ours that an interpreter reads, by its first line. */
function scripts(firstLine: RegExp): string[] {
  return ["cloud-init", "setup", "cli", "lab", ".ci", "test", "cluster"]
    .flatMap(filesBelow)
    .filter((path) => firstLine.test(readFileSync(path, "latin1").slice(0, 64)));
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (name === "private" || name === "node_modules") return [];
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}
