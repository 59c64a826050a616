/** A node in a temporary folder: a root of its own, and a systemctl that records. */
import { type ChildProcess, spawn } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type BundleSpec, stagedText, writeBundle } from "./bundle";

const BIN = join(__dirname, "bin");

export interface Run {
  code: number | null;
  signal: NodeJS.Signals | null;
  output: string;
  seconds: number;
}

export interface Options {
  staged?: Record<string, string>;
  args?: string[];
  env?: Record<string, string>;
}

export class TestNode {
  readonly root = mkdtempSync(join(tmpdir(), "activate-"));
  readonly state = join(this.root, "..", `${this.root.split("/").pop()}-state`);
  readonly lib = join(this.root, "var/lib/minicluster");
  private bundles = 0;

  constructor() {
    mkdirSync(join(this.root, "etc/systemd/system"), { recursive: true });
    mkdirSync(join(this.root, "home"));
    mkdirSync(this.lib, { recursive: true, mode: 0o700 });
    mkdirSync(this.state);
  }

  destroy(): void {
    rmSync(this.root, { recursive: true, force: true });
    rmSync(this.state, { recursive: true, force: true });
  }

  /** An incoming bundle and its credentials, and the arguments that activate it. */
  incoming(spec: BundleSpec, options: Options = {}): string[] {
    const folder = join(this.lib, `incoming.${++this.bundles}`);
    writeBundle(folder, spec);
    const args = [join(folder, "minicluster-activate"), folder];
    if (options.staged) {
      writeFileSync(join(this.root, "home/credentials"), stagedText(options.staged));
      args.push("--staged", join(this.root, "home/credentials"));
    }
    return [...args, ...(options.args ?? [])];
  }

  environment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
    return {
      PATH: `${BIN}:${process.env.PATH}`,
      MINICLUSTER_ROOT: this.root,
      MINICLUSTER_SETTLE_SECONDS: "0",
      MINICLUSTER_HANDOVER_SECONDS: "1",
      FAKE_STATE: this.state,
      ...extra,
    };
  }

  start(args: string[], env: Record<string, string> = {}): ChildProcess {
    return spawn("/bin/sh", args, { env: this.environment(env), detached: true, stdio: ["ignore", "pipe", "pipe"] });
  }

  async run(args: string[], env: Record<string, string> = {}): Promise<Run> {
    return finished(this.start(args, env));
  }

  async activate(spec: BundleSpec, options: Options = {}): Promise<Run> {
    return this.run(this.incoming(spec, options), options.env);
  }

  /** For calls without a bundle: the script as it lies on a node. */
  async call(...args: string[]): Promise<Run> {
    return this.run([join(__dirname, "../../cloud-init/node/minicluster-activate"), ...args]);
  }

  path(path: string): string {
    return join(this.root, path);
  }

  write(path: string, content: string, mode = 0o644): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), content, { mode });
  }

  read(path: string): string | undefined {
    return existsSync(this.path(path)) ? readFileSync(this.path(path), "utf8") : undefined;
  }

  mode(path: string): string {
    return (statSync(this.path(path)).mode & 0o7777).toString(8).padStart(4, "0");
  }

  current(): string | undefined {
    try {
      return readlinkSync(join(this.lib, "current"));
    } catch {
      return undefined;
    }
  }

  /** A unit that a package brought. */
  vendor(unit: string, text = "[Service]\n[Install]\n"): void {
    this.setState("vendor", unit, text);
  }

  /** The configuration that a unit reads as it starts. */
  reads(unit: string, ...paths: string[]): void {
    this.setState("reads", unit, paths.map((path) => `${path}\n`).join(""));
  }

  setState(kind: string, unit: string, text: string): void {
    mkdirSync(join(this.state, kind), { recursive: true });
    writeFileSync(join(this.state, kind, unit), text);
  }

  recorded(kind: string, unit: string): string | undefined {
    const file = join(this.state, kind, unit);
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  }

  active(unit: string): boolean {
    return this.recorded("active", unit) === "active\n";
  }

  enabled(unit: string): boolean {
    return this.recorded("enabled", unit) !== undefined;
  }

  /** Calls that changed something since the last look. */
  calls(): string[] {
    const file = join(this.state, "log");
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, "utf8").trim().split("\n");
    rmSync(file);
    return lines.filter((line) => !line.startsWith("reset-failed"));
  }

  /** Every path below the root outside /run and the log: type, mode, owner, content. */
  tree(under = ""): Record<string, string> {
    const found: Record<string, string> = {};
    const walk = (path: string): void => {
      for (const name of readdirSync(this.path(path)).sort()) {
        const child = `${path}/${name}`;
        if (child === "/run" || child.endsWith("/last-run.log")) continue;
        const stat = lstatSync(this.path(child));
        const access = `${(stat.mode & 0o7777).toString(8)} ${stat.uid}:${stat.gid}`;
        if (stat.isSymbolicLink()) found[child] = `-> ${readlinkSync(this.path(child))}`;
        else if (stat.isDirectory()) {
          found[child] = `folder ${access}`;
          walk(child);
        } else found[child] = `${access} ${readFileSync(this.path(child), "utf8")}`;
      }
    };
    walk(under);
    return found;
  }

  /** What the units are and what configuration they run with. */
  units(): Record<string, string> {
    const found: Record<string, string> = {};
    for (const kind of ["active", "enabled", "running"]) {
      const folder = join(this.state, kind);
      for (const unit of existsSync(folder) ? readdirSync(folder) : []) {
        found[`${kind} ${unit}`] = readFileSync(join(folder, unit), "utf8");
      }
    }
    return found;
  }
}

/** Collects the output of a run until it ends. */
export function finished(child: ChildProcess): Promise<Run> {
  const began = performance.now();
  let output = "";
  child.stdout?.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    output += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, output, seconds: (performance.now() - began) / 1000 }));
  });
}

const nodes: TestNode[] = [];

/** A node that is removed after the test. */
export function testNode(): TestNode {
  const node = new TestNode();
  nodes.push(node);
  return node;
}

afterEach(() => {
  for (const node of nodes.splice(0)) node.destroy();
});
