import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { LabError } from "./error";
import type { Subnets } from "./subnet";

/** How the machines are reached by `lab ssh`. */
export interface LabSsh {
  readonly user: string;
  readonly port: number;
  /** Absolute path. */
  readonly privateKeyFile: string;
}

export interface MachineState {
  readonly name: string;
  /** As the inventory has them; the first is where SSH goes. */
  readonly addresses: readonly string[];
  /** Name of the machine on this host, e.g. `mc1a2b3c-2`: unique among all labs, short enough for a veth. */
  readonly id: string;
}

/** `lab.json` in the lab's folder: what `up` has decided. What runs is never written down, but looked up. */
export interface LabState {
  readonly name: string;
  readonly bridge: string;
  readonly subnets: Subnets;
  /** Absolute path of the base image that the machines' disks lie over; empty before the first `up` has got one. */
  readonly image: string;
  readonly ssh: LabSsh;
  readonly machines: readonly MachineState[];
}

/** Where all labs of this user keep their state: MINICLUSTER_LAB_DIR. */
export function labsFolder(): string {
  return resolve(process.env.MINICLUSTER_LAB_DIR || "/var/lib/minicluster-lab");
}

/** The folder of one lab; an error for a name that could leave it. */
export function labFolder(name: string): string {
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(name)) {
    throw new LabError(`"${name}" cannot be the name of a lab; use letters, digits and dashes, at most 31`);
  }
  return join(labsFolder(), name);
}

/** Locked while a lab goes up or down; beside the lab's folder, since that one goes. */
export function lockFile(name: string): string {
  return `${labFolder(name)}.lock`;
}

/** Bridge, nftables table and prefix of the machines' ids: 8 characters, so that `vb-<id>` fits an interface's name. */
export function bridgeName(folder: string): string {
  return `mc${createHash("sha256").update(folder).digest("hex").slice(0, 6)}`;
}

export function readState(folder: string): LabState | undefined {
  const file = join(folder, "lab.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as LabState) : undefined;
}

export function writeState(folder: string, state: LabState): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileAtomically(join(folder, "lab.json"), `${JSON.stringify(state, undefined, 2)}\n`);
}

export function writeFileAtomically(file: string, content: string, mode = 0o600): void {
  writeFileSync(`${file}.new`, content, { mode });
  renameSync(`${file}.new`, file);
}

/** Names of all labs that have a folder here. */
export function labNames(): string[] {
  return existsSync(labsFolder())
    ? readdirSync(labsFolder())
        .filter((name) => existsSync(join(labsFolder(), name, "lab.json")))
        .sort()
    : [];
}
