import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LabError } from "./error";
import { sleep } from "./run";

/**
 * Everything that the lab starts lives in a control group of its own, and is found and ended by that group: a process
 * id may be lost with an interrupted start or be used again by a stranger, a group cannot.
 */
export class ControlGroup {
  private readonly path: string;

  constructor(readonly name: string) {
    this.path = join(unifiedHierarchy(), name);
  }

  /** Is any process in the group, or in the child group `below`? */
  alive(below = ""): boolean {
    try {
      return /^populated 1$/m.test(readFileSync(join(this.path, below, "cgroup.events"), "utf8"));
    } catch {
      return false;
    }
  }

  /** Process ids directly in the child group `below`, in the order in which they joined. */
  processes(below = ""): number[] {
    try {
      return readFileSync(join(this.path, below, "cgroup.procs"), "utf8")
        .split("\n")
        .filter(Boolean)
        .map(Number);
    } catch {
      return [];
    }
  }

  /** Starts a program inside the group, detached from this process, its output appended to `logFile`. */
  start(program: string, args: readonly string[], options: { logFile: string; env?: Record<string, string> }): void {
    mkdirSync(this.path, { recursive: true });
    const log = openSync(options.logFile, "a", 0o600);
    const enter = 'echo $$ > "$1/cgroup.procs" && shift && exec "$@"';
    const child = spawn("sh", ["-c", enter, "sh", this.path, program, ...args], {
      cwd: "/",
      detached: true,
      stdio: ["ignore", log, log],
      env: { ...process.env, ...options.env },
    });
    child.on("error", () => undefined);
    child.unref();
    closeSync(log);
  }

  /** Kills every process of the group, or of the child group `below`, at once, and waits until they are gone. */
  async kill(below = ""): Promise<void> {
    if (!this.alive(below)) return;
    writeFileSync(join(this.path, below, "cgroup.kill"), "1");
    if (!(await this.waitUntilEmpty(10_000, below))) {
      throw new LabError(`processes of ${join(this.path, below)} do not end; look at them with: cat ${this.path}/cgroup.procs`);
    }
  }

  /** Waits until no process is left; false when the time is over. */
  async waitUntilEmpty(milliseconds: number, below = ""): Promise<boolean> {
    for (const end = performance.now() + milliseconds; performance.now() < end; await sleep(20)) {
      if (!this.alive(below)) return true;
    }
    return !this.alive(below);
  }

  /** Removes the empty group, and its twin that systemd-nspawn makes on hosts with a hybrid hierarchy. */
  remove(): void {
    for (const path of [this.path, join("/sys/fs/cgroup/systemd", this.name)]) removeTree(path);
  }
}

/** The mount point of cgroup v2, or undefined where the kernel has none mounted. */
export function findUnifiedHierarchy(): string | undefined {
  return ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"].find(
    (path) => existsSync(join(path, "cgroup.procs")) && existsSync(join(path, "cgroup.controllers")),
  );
}

function unifiedHierarchy(): string {
  const found = findUnifiedHierarchy();
  if (!found) throw new LabError("no cgroup v2 hierarchy is mounted; mount one: mount -t cgroup2 cgroup2 /sys/fs/cgroup");
  return found;
}

function removeTree(path: string): void {
  if (!existsSync(path)) return;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) removeTree(join(path, entry.name));
  }
  try {
    rmdirSync(path);
  } catch (error) {
    throw new LabError(`control group ${path} cannot be removed: ${(error as Error).message}`);
  }
}
