import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { loadModel } from "../../../edge/load";
import { PROJECT } from "../../../edge/read-sources";
import { bootDescribedCluster, trustMachines } from "../../../lab/described-cluster";
import { likelyNetwork } from "../../../lab/host";
import { Lab } from "../../../lab/lab";
import { CHECKOUT } from "./checkout";

/** A program that has ended. */
export interface Ended {
  readonly code: number | null;
  /** Both streams as a person would see them, without colours. */
  readonly output: string;
}

export interface LabClusterProps {
  /** First label of the domain, and part of the lab's name: unique among tests. */
  readonly name: string;
  readonly core: number;
  readonly workers: number;
  /** @default "root" */
  readonly user?: string;
  /** Machines without the packages of minicluster's own services: slower. @default false */
  readonly bare?: boolean;
}

type Node = Record<string, unknown>;

/** A described cluster in a temporary folder, its lab machines, and the commands that an operator would use. */
export class LabCluster {
  readonly folder: string;
  /** Of this checkout's own, so that two test runs on one host do not meet. */
  private readonly labName: string;
  /** What inventory.yml says about nodes; `write` puts it there. */
  readonly nodes: Record<string, Node> = {};
  /** What else inventory.yml says. */
  inventory: Record<string, unknown> = {};
  /** What services.yml says. */
  services: Record<string, unknown> = {};
  lab!: Lab;

  constructor(private readonly props: LabClusterProps) {
    this.labName = `${props.name}-${CHECKOUT}`;
    this.folder = mkdtempSync(join(tmpdir(), `minicluster-${props.name}-`));
    for (let i = 1; i <= props.core; i++) this.nodes[`core-${i}`] = { addresses: [this.address(10 + i)], groups: ["core"] };
    for (let i = 1; i <= props.workers; i++) this.nodes[`worker-${i}`] = { addresses: [this.address(20 + i)] };
  }

  get domain(): string {
    return `${this.props.name}.example.com`;
  }

  address(last: number): string {
    return likelyNetwork(this.labName).replace(/0$/, String(last));
  }

  /** An IPv6 address in the lab's network. */
  address6(last: number): string {
    const [, b, c] = likelyNetwork(this.labName).split(".");
    return `fd77:${b}:${c}::${last}`;
  }

  addressOf(node: string): string {
    const [address] = (this.nodes[node]?.addresses ?? []) as string[];
    if (address === undefined) throw new Error(`no node ${node}`);
    return address;
  }

  /** Boots the machines of the inventory that are not there yet. */
  async boot(): Promise<void> {
    this.write();
    // Disks that a killed run has left know another operator's key.
    if (this.lab === undefined) await Lab.down(this.labName);
    this.lab = await bootDescribedCluster(this.folder, this.labName, (line) => console.log(line), this.props.bare);
  }

  /** Writes both YAML files as they are described now. */
  write(): void {
    const { user = "root" } = this.props;
    this.file(
      "inventory.yml",
      stringify({
        domain: this.domain,
        domain_public: "example.com",
        ssh: { user, private_key_file: "private/id_ed25519" },
        ...this.inventory,
        nodes: this.nodes,
      }),
    );
    this.file("services.yml", stringify(this.services));
  }

  /** A file below the configuration folder, e.g. `files/web/etc/web.conf`. */
  file(path: string, content: string, mode = 0o644): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), content);
    chmodSync(join(this.folder, path), mode);
  }

  /** What an operator writes into the vault for `{ secret: NAME }`. */
  secret(name: string, content: string): void {
    const folder = this.vaultFile("secrets");
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, name), `${content}\n`, { mode: 0o600 });
  }

  /** Path of a file of the vault. */
  vaultFile(path: string): string {
    return join(this.folder, "private", path);
  }

  /** Trusts the machines anew: after a reinstallation, what `minicluster trust` does with a known fingerprint. */
  trust(): void {
    trustMachines(loadModel(this.folder).model, this.lab);
  }

  diff(): Promise<Ended> {
    return this.cdktf("diff").ended;
  }

  deploy(): Promise<Ended> {
    return this.startDeploy().ended;
  }

  /** A deploy that can be interrupted: its process group is the child's own. */
  startDeploy(): { child: ChildProcess; ended: Promise<Ended> } {
    return this.cdktf("deploy", "--auto-approve");
  }

  minicluster(...args: string[]): Promise<Ended> {
    return this.startMinicluster(...args).ended;
  }

  /** A command that goes on until it is interrupted: its process group is the child's own. */
  startMinicluster(...args: string[]): { child: ChildProcess; ended: Promise<Ended> } {
    return this.run(process.execPath, [join(PROJECT, "cli/bin.js"), ...args]);
  }

  // biome-ignore lint/suspicious/noExplicitAny: its shape is what tests are about
  async status(): Promise<any> {
    const { output } = await this.run("sh", ["-c", `node ${join(PROJECT, "cli/bin.js")} status --json 2>/dev/null`]).ended;
    return JSON.parse(output);
  }

  /** Runs a command as root on a machine, past its network. @throws Error with the output if it fails */
  async exec(node: string, command: string): Promise<string> {
    const result = await this.lab.exec(node, command);
    if (result.code !== 0) throw new Error(`${node}: ${command}: exit code ${result.code}\n${result.stdout}${result.stderr}`);
    return result.stdout.trim();
  }

  /** etcdctl as the administrator, on a core node. */
  etcdctl(node: string, args: string): Promise<string> {
    return this.exec(node, `set -a; . /etc/etcd/etcdctl.env; . /etc/etcd/endpoints.env; etcdctl ${args}`);
  }

  /** Everything that a deploy leaves on this machine, but for the vault. */
  get outputFolder(): string {
    return join(this.folder, "cdktf.out");
  }

  readPrivate(path: string): string {
    return readFileSync(this.vaultFile(path), "utf8");
  }

  /** Files of the output that hold a text, archives and the bundles' payloads unpacked. */
  filesOfOutputHolding(text: string): string[] {
    const script = `
      cd "$OUTPUT" && copy=$(mktemp -d) && trap 'rm -rf "$copy"' EXIT
      find . -type f ! -path '*/.terraform/*' | while read -r file; do
        mkdir -p "$copy/$file" && cp "$file" "$copy/$file/itself"
        case $file in
          *.sh) sed '1,/^__BUNDLE__$/d' "$file" | base64 -d | tar -xzf - -C "$copy/$file" ;;
          *) if head -c 2 "$file" | grep -q PK; then (cd "$copy/$file" && python3 -m zipfile -e itself .); fi ;;
        esac
      done
      grep -rlF -e "$TEXT" "$copy" || true`;
    return execFileSync("sh", ["-c", script], { encoding: "utf8", env: { ...process.env, OUTPUT: this.outputFolder, TEXT: text } })
      .split("\n")
      .filter(Boolean);
  }

  /** Copies the vault, or puts a copy back. */
  copyVault(from: "private" | "backup", to: "private" | "backup"): void {
    rmSync(join(this.folder, to), { recursive: true, force: true });
    cpSync(join(this.folder, from), join(this.folder, to), { recursive: true, preserveTimestamps: true });
  }

  async down(): Promise<void> {
    await Lab.down(this.labName);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private cdktf(command: string, ...args: string[]): { child: ChildProcess; ended: Promise<Ended> } {
    return this.run(join(PROJECT, "node_modules/.bin/cdktf"), [command, ...args, "--output", this.outputFolder]);
  }

  private run(command: string, args: string[]): { child: ChildProcess; ended: Promise<Ended> } {
    const child = spawn(command, args, {
      cwd: PROJECT,
      env: { ...process.env, MINICLUSTER_CONFIG: this.folder, CI: "true", FORCE_COLOR: "0" },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    let output = "";
    const add = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on("data", add);
    child.stderr.on("data", add);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours of a terminal begin with one
    const plain = () => output.replace(/\x1b\[[0-9;]*[A-Za-z]/g, "");
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve({ code, output: plain() }));
    });
    return { child, ended };
  }
}
