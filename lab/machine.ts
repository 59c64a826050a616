import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { ControlGroup } from "./cgroup";
import { LabError } from "./error";
import { type RunOptions, type RunResult, run, sleep, tryRun } from "./run";
import { type SeedProps, writeSeed } from "./seed";

export interface MachineProps {
  readonly name: string;
  /** Unique on this host; see MachineState. */
  readonly id: string;
  /** Where SSH goes. */
  readonly address: string;
  readonly sshPort: number;
  readonly bridge: string;
  /** The machine's folder: its disk, its console. */
  readonly folder: string;
  /** The base image below its disk. */
  readonly image: string;
}

/** One Debian machine: an overlay over the base image, booted by systemd-nspawn on the lab's bridge. */
export class Machine {
  readonly name: string;
  private readonly group: ControlGroup;

  constructor(private readonly props: MachineProps) {
    this.name = props.name;
    this.group = new ControlGroup(`minicluster-${props.id}`);
  }

  get running(): boolean {
    return this.group.alive();
  }

  /** Process id of its init on this host, while it runs. */
  get init(): number | undefined {
    return this.group.processes("payload/init.scope")[0];
  }

  get installed(): boolean {
    return existsSync(join(this.props.folder, "disk"));
  }

  /** Gives the machine, which must be off, an empty disk with a seed. */
  async install(seed: SeedProps): Promise<void> {
    await this.remove();
    const unfinished = join(this.props.folder, "disk.unfinished");
    mkdirSync(this.props.folder, { recursive: true, mode: 0o700 });
    writeSeed(unfinished, seed);
    for (const name of ["work", "root", "containers"]) mkdirSync(join(this.props.folder, name), { recursive: true });
    // Last, so that an interrupted installation is not taken for a disk.
    await run("mv", [unfinished, join(this.props.folder, "disk")]);
  }

  /** Switches it on; `ready` says when it is up. */
  async boot(): Promise<void> {
    const { id, name, bridge, folder } = this.props;
    await this.settle();
    await this.mount();
    rmSync(this.consoleFile, { force: true });
    this.group.start(
      "systemd-nspawn",
      [
        "--quiet",
        "--boot",
        `--directory=${join(folder, "root")}`,
        `--machine=${id}`,
        `--hostname=${name}`,
        `--network-bridge=${bridge}`,
        "--register=no",
        "--keep-unit",
        "--settings=no",
        "--resolv-conf=off",
        "--timezone=off",
        "--link-journal=no",
        "--capability=all",
        // Machines share the host's clock: none may set it.
        "--drop-capability=CAP_SYS_TIME",
        // Containers keep their layers in an overlay, which cannot lie on another one.
        `--bind=${join(folder, "containers")}:/var/lib/containers`,
        "--console=read-only",
      ],
      { logFile: this.consoleFile, env: { SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: "1" } },
    );
  }

  /** Waits until cloud-init is done and SSH answers. Errors: it ended, cloud-init failed, or the time is over. */
  async ready(milliseconds: number): Promise<void> {
    const end = performance.now() + milliseconds;
    // Given to the start of systemd-nspawn itself before a missing process counts as an end.
    const grace = performance.now() + 2000;
    while (performance.now() < end) {
      if (!this.running && performance.now() > grace) throw this.failure("ended while it was booting");
      const errors = this.cloudInitErrors();
      if (errors && errors.length > 0) throw this.failure(`cloud-init failed: ${errors.join("; ")}`);
      if (errors && (await answersSsh(this.props.address, this.props.sshPort))) return;
      await sleep(100);
    }
    throw this.failure(`is not up after ${(milliseconds / 1000).toFixed(0)} s`);
  }

  /** A power cut: all its processes are killed at once. The disk stays as it is. */
  async powerOff(): Promise<void> {
    await this.group.kill("payload");
    await this.settle();
  }

  /** Removes its processes, mounts and disk. */
  async remove(): Promise<void> {
    await this.powerOff();
    const root = join(this.props.folder, "root");
    while ((await tryRun("mountpoint", ["--quiet", root])).code === 0) await run("umount", [root]);
    rmSync(this.props.folder, { recursive: true, force: true });
  }

  /** Runs a command in the running machine as root, without SSH, and returns whatever its exit code is. */
  exec(command: readonly string[], options?: RunOptions): Promise<RunResult> {
    const init = this.init;
    if (init === undefined) throw new LabError(`${this.name} is not running; start it`);
    return tryRun(
      "nsenter",
      [
        ...["--target", String(init), "--all", "--"],
        ...[
          "env",
          "--ignore-environment",
          "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
          "HOME=/root",
          "LANG=C.UTF-8",
        ],
        // Entering from outside keeps the host's capabilities: this one would set the host's clock.
        ...["setpriv", "--bounding-set=-sys_time", "--inh-caps=-sys_time"],
        ...command,
      ],
      options,
    );
  }

  /** Its public SSH host keys, read from its disk, e.g. `ssh-ed25519 AAAA...`, sorted. */
  hostKeys(): string[] {
    const folder = join(this.props.folder, "disk/etc/ssh");
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((name) => /^ssh_host_\w+_key\.pub$/.test(name))
      .map((name) => readFileSync(join(folder, name), "utf8").trim().split(" ").slice(0, 2).join(" "))
      .sort();
  }

  private get consoleFile(): string {
    return join(this.props.folder, "console.log");
  }

  /** systemd-nspawn puts the network away after its machine has ended; then nothing of the last run is left. */
  private async settle(): Promise<void> {
    if (!(await this.group.waitUntilEmpty(3000))) await this.group.kill();
    this.group.remove();
  }

  private async mount(): Promise<void> {
    const { folder, image } = this.props;
    const root = join(folder, "root");
    if ((await tryRun("mountpoint", ["--quiet", root])).code === 0) return;
    const options = `lowerdir=${image},upperdir=${join(folder, "disk")},workdir=${join(folder, "work")}`;
    await run("mount", ["-t", "overlay", this.props.id, "-o", options, root]);
  }

  /** Undefined while cloud-init has not finished this boot. */
  private cloudInitErrors(): string[] | undefined {
    try {
      const result = JSON.parse(readFileSync(`/proc/${this.init}/root/run/cloud-init/result.json`, "utf8"));
      return result.v1.errors;
    } catch {
      return undefined;
    }
  }

  private failure(what: string): LabError {
    const text = existsSync(this.consoleFile) ? readFileSync(this.consoleFile, "utf8") : "";
    const lines = text
      .split(/\r?\n/)
      .filter((line) => line.trim())
      .slice(-15);
    return new LabError(`${this.name} ${what}${lines.length > 0 ? `; the last lines of its console:\n  ${lines.join("\n  ")}` : ""}`);
  }
}

function answersSsh(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: 1000 });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("data", (banner) => done(banner.toString().startsWith("SSH-")));
    socket.once("error", () => done(false));
    socket.once("timeout", () => done(false));
    socket.once("close", () => done(false));
  });
}
