import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { AptCache } from "./apt-cache";
import { LabError } from "./error";
import { HOST_LOCK, labsOfHost } from "./host";
import { baseImage, type Preinstalled } from "./image";
import { withLock } from "./lock";
import { Machine } from "./machine";
import { networkDown, networkUp } from "./network";
import { type LabProps, type MachineSpec, plan } from "./plan";
import { type RunOptions, type RunResult, tryRun } from "./run";
import { knownHosts, sshArguments } from "./ssh";
import {
  bridgeName,
  type LabSsh,
  type LabState,
  labFolder,
  labsFolder,
  lockFile,
  type MachineState,
  readState,
  writeFileAtomically,
  writeState,
} from "./state";

export type { LabProps, MachineSpec } from "./plan";

const BOOT_TIME = 120_000;
const NOTHING: Preinstalled = { packages: [], masked: [] };

/** Real Debian 13 machines on a bridge of this host. */
export class Lab {
  private constructor(
    readonly folder: string,
    private state: LabState,
    private readonly log: (line: string) => void,
  ) {}

  /**
   * Brings the machines up: those that are there and running stay as they are, dead ones are started from their disks,
   * missing ones installed. Machines of the lab that are not asked for stay. Safe to repeat after any interruption.
   */
  static async up(props: LabProps): Promise<Lab> {
    const name = props.name ?? "minicluster";
    const folder = labFolder(name);
    return withLock(lockFile(name), async () => {
      const lab = new Lab(folder, plan(name, folder, props), props.log ?? (() => undefined));
      await lab.bringUp(props);
      return lab;
    });
  }

  /** A lab that `up` has made, or undefined. */
  static open(name = "minicluster", log: (line: string) => void = () => undefined): Lab | undefined {
    const folder = labFolder(name);
    const state = readState(folder);
    return state && new Lab(folder, state, log);
  }

  /** Removes a lab with everything that it made, even if its `up` was interrupted. Returns false if there was nothing. */
  static async down(name = "minicluster"): Promise<boolean> {
    const folder = labFolder(name);
    return withLock(lockFile(name), async () => {
      const bridge = bridgeName(folder);
      const isThere = existsSync(folder) || labsOfHost.label(bridge) !== undefined;
      if (isThere) await Lab.remove(folder, bridge);
      rmSync(lockFile(name), { force: true });
      removeIfEmpty(labsFolder());
      return isThere;
    });
  }

  get name(): string {
    return this.state.name;
  }

  get ssh(): LabSsh {
    return this.state.ssh;
  }

  get nodes(): readonly MachineState[] {
    return this.state.machines;
  }

  has(name: string): boolean {
    return this.state.machines.some((node) => node.name === name);
  }

  /** The node with a name, or with a number as `lab status` shows it, counted from 1. */
  node(nameOrNumber: string): MachineState {
    const nodes = this.state.machines;
    const found =
      nodes.find((node) => node.name === nameOrNumber) ?? (/^\d+$/.test(nameOrNumber) ? nodes[Number(nameOrNumber) - 1] : undefined);
    if (!found)
      throw new LabError(`the lab "${this.name}" has no machine ${nameOrNumber}; it has ${nodes.map((node) => node.name).join(", ")}`);
    return found;
  }

  isRunning(name: string): boolean {
    return this.machine(name).running;
  }

  /** Cuts the machine's power. */
  async kill(name: string): Promise<void> {
    await this.machine(name).powerOff();
  }

  /** Switches a machine on, from its disk as it is. With `wait` (default) it returns when SSH answers. */
  async start(name: string, wait = true): Promise<void> {
    const machine = this.machine(name);
    if (!machine.running) await machine.boot();
    if (wait) await machine.ready(BOOT_TIME);
  }

  /**
   * A new machine in the place of the old one: power cut, empty disk, first boot, other host keys.
   *
   * @param options.userData by default what the machine had at its last installation
   */
  async reinstall(name: string, options: { readonly userData?: string; readonly wait?: boolean } = {}): Promise<void> {
    const { wait = true, userData = readFileSync(this.userDataFile(name), "utf8") } = options;
    await this.install({ ...this.node(name), userData });
    await this.start(name, wait);
    if (wait) this.writeKnownHosts();
  }

  /** Cuts the power of all machines at once. */
  async stopAll(): Promise<void> {
    await Promise.all(this.nodes.map((node) => this.kill(node.name)));
  }

  /** Switches all machines on at once. */
  async startAll(wait = true): Promise<void> {
    await Promise.all(this.nodes.map((node) => this.start(node.name, wait)));
  }

  /** Runs a command as root in a machine, by way of its namespaces: works when its network or SSH does not. */
  exec(name: string, command: string | readonly string[], options?: RunOptions): Promise<RunResult> {
    return this.machine(name).exec(typeof command === "string" ? ["sh", "-c", command] : command, options);
  }

  /** Runs a command over SSH, as a deploy reaches the machine. */
  sshExec(name: string, command: string, options?: RunOptions): Promise<RunResult> {
    return tryRun("ssh", [...this.sshCommand(name), "-o", "BatchMode=yes", "--", command], options);
  }

  /** SSH with this terminal, or a command; returns its exit code. */
  sshInteractive(name: string, command: readonly string[]): number {
    return spawnSync("ssh", [...this.sshCommand(name), ...command], { stdio: "inherit" }).status ?? 255;
  }

  /** Public host keys of a machine, read from its disk: certain, unlike what a network says. */
  hostKeys(name: string): string[] {
    return this.machine(name).hostKeys();
  }

  down(): Promise<boolean> {
    return Lab.down(this.name);
  }

  private sshCommand(name: string): string[] {
    return sshArguments(this.ssh, address(this.node(name)), join(this.folder, "known_hosts"));
  }

  private machine(name: string): Machine {
    const node = this.node(name);
    return new Machine({
      name: node.name,
      id: node.id,
      address: address(node),
      sshPort: this.ssh.port,
      bridge: this.state.bridge,
      folder: join(this.folder, "machines", node.name),
      image: this.state.image,
    });
  }

  private async bringUp({ machines: specs, preinstalled = NOTHING }: LabProps): Promise<void> {
    const { bridge, subnets } = this.state;
    const label = `lab "${this.name}"`;
    if (specs.every((spec) => this.isRunning(spec.name))) {
      await Promise.all(specs.map((spec) => this.machine(spec.name).ready(BOOT_TIME)));
      this.writeKnownHosts();
      return;
    }
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const aptCachePort = await withLock(HOST_LOCK, async () => {
      const port = await new AptCache().join(bridge, label);
      await networkUp({ bridge, label, subnets, aptCachePort: port });
      return port;
    });
    if (aptCachePort === undefined) this.log("apt-cacher-ng is not installed: every machine downloads its packages itself");
    if (!this.state.image) this.state = { ...this.state, image: await baseImage(preinstalled, aptCachePort, this.log) };
    if (!existsSync(this.state.image)) {
      throw new LabError(`${this.state.image}, which the machines' disks lie over, is gone; take the lab down and up again`);
    }
    writeState(this.folder, this.state);
    await Promise.all(specs.map((spec) => this.bringUpMachine(spec)));
    this.writeKnownHosts();
  }

  private async bringUpMachine(spec: MachineSpec): Promise<void> {
    if (this.isRunning(spec.name)) return;
    const started = performance.now();
    const fresh = !this.machine(spec.name).installed;
    if (fresh) await this.install(spec);
    await this.start(spec.name);
    this.log(
      `${spec.name} ${fresh ? "installed and up" : "up again"} at ${spec.addresses[0]} (${((performance.now() - started) / 1000).toFixed(1)} s)`,
    );
  }

  private async install(spec: MachineSpec): Promise<void> {
    mkdirSync(join(this.folder, "user-data"), { recursive: true });
    writeFileAtomically(this.userDataFile(spec.name), spec.userData);
    await this.machine(spec.name).install({
      name: spec.name,
      addresses: spec.addresses,
      subnets: this.state.subnets,
      userData: spec.userData,
      aptCache: AptCache.isInstalled(),
      sshPort: this.ssh.port,
    });
  }

  private userDataFile(name: string): string {
    return join(this.folder, "user-data", name);
  }

  private static async remove(folder: string, bridge: string): Promise<void> {
    const state = readState(folder);
    const lab = state && new Lab(folder, state, () => undefined);
    await Promise.all((lab?.nodes ?? []).map((node) => lab?.machine(node.name).remove()));
    await withLock(HOST_LOCK, async () => {
      await new AptCache().leave(bridge);
      await networkDown(bridge);
    });
    rmSync(folder, { recursive: true, force: true });
  }

  private writeKnownHosts(): void {
    const lines = this.nodes.flatMap((node) => knownHosts(node.addresses, this.ssh.port, this.hostKeys(node.name)));
    writeFileAtomically(join(this.folder, "known_hosts"), `${lines.join("\n")}\n`);
  }
}

function address(node: { readonly addresses: readonly string[] }): string {
  return node.addresses[0] as string;
}

/** Others make and remove labs in it at the same time. */
function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!["ENOTEMPTY", "EEXIST", "ENOENT"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}
