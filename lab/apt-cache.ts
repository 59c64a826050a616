import { createHash } from "node:crypto";
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { cacheFolder } from "../setup/folders";
import { ControlGroup } from "./cgroup";
import { LabError } from "./error";
import { Registry } from "./registry";
import { run, sleep, tryRun } from "./run";

const PROGRAM = "/usr/sbin/apt-cacher-ng";
const USER = "apt-cacher-ng";
/** Where the cache's folder appears to the cacher, which runs as a user that may not enter the folders above the real one. */
const MOUNT = "/var/cache/apt-cacher-ng";

/**
 * One apt-cacher-ng for all labs that share a cache folder, listening on 127.0.0.1 only; each lab's bridge redirects to
 * it. A package is downloaded once, and stays for the next lab. The last lab that goes down ends it.
 */
export class AptCache {
  private readonly folder = join(cacheFolder(), "lab", "apt");
  private readonly group = new ControlGroup(`minicluster-apt-${createHash("sha256").update(this.folder).digest("hex").slice(0, 8)}`);
  private readonly users = new Registry(join(this.folder, "users"));
  private readonly portFile = join(this.folder, "port");
  private readonly logFile = join(this.folder, "output.log");

  static isInstalled(): boolean {
    return existsSync(PROGRAM);
  }

  /** Starts it unless it runs, and returns its port; undefined where apt-cacher-ng is not installed. */
  async join(bridge: string, label: string): Promise<number | undefined> {
    if (!AptCache.isInstalled()) return undefined;
    this.users.join(bridge, label);
    const port = this.group.alive() ? Number(readFileSync(this.portFile, "utf8")) : await this.start();
    await this.waitFor(port);
    return port;
  }

  private async start(): Promise<number> {
    const port = await freePort();
    await this.writeConfiguration(port);
    writeFileSync(this.portFile, String(port));
    const script = `mount --bind "$1" ${MOUNT} && exec setpriv --reuid=${USER} --regid=${USER} --clear-groups ${PROGRAM} -c ${MOUNT}/conf`;
    rmSync(this.logFile, { force: true });
    this.group.start("unshare", ["--mount", "--propagation", "private", "sh", "-c", script, "sh", this.folder], { logFile: this.logFile });
    return port;
  }

  private async waitFor(port: number): Promise<void> {
    for (let tries = 0; !(await answers(port)); tries++) {
      if (tries === 200) throw new LabError(`the package cache does not answer on port ${port}:\n${readFileSync(this.logFile, "utf8")}`);
      await sleep(50);
    }
  }

  /** Ends it if no other lab uses it. */
  async leave(bridge: string): Promise<void> {
    this.users.leave(bridge);
    if (this.users.hasOthers(bridge)) return;
    await this.group.kill();
    this.group.remove();
  }

  private async writeConfiguration(port: number): Promise<void> {
    const uid = Number(await run("id", ["-u", USER]));
    const gid = Number(await run("id", ["-g", USER]));
    mkdirSync(join(this.folder, "conf"), { recursive: true });
    for (const name of ["cache", "log"]) {
      mkdirSync(join(this.folder, name), { recursive: true });
      chownSync(join(this.folder, name), uid, gid);
    }
    const proxy = await hostProxy();
    const lines = [
      `CacheDir: ${MOUNT}/cache`,
      `LogDir: ${MOUNT}/log`,
      "SupportDir: /usr/lib/apt-cacher-ng",
      "BindAddress: 127.0.0.1",
      `Port: ${port}`,
      "ForeGround: 1",
      "ExThreshold: 30",
      ...(proxy ? [`Proxy: ${proxy}`] : []),
    ];
    writeFileSync(join(this.folder, "conf", "acng.conf"), `${lines.join("\n")}\n`);
  }
}

/** The proxy that this host's own apt goes through. */
async function hostProxy(): Promise<string | undefined> {
  const said = await tryRun("apt-config", ["shell", "proxy", "Acquire::http::Proxy"]);
  return /^proxy='(http.+)'$/m.exec(said.stdout)?.[1];
}

/** A free port that apt-cacher-ng takes: it refuses those from 32767 on. */
async function freePort(): Promise<number> {
  for (let port = 23142; port < 32000; port++) {
    const free = await new Promise<boolean>((resolve) => {
      const server = createServer().once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
  throw new LabError("no port between 23142 and 32000 is free for the package cache");
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
