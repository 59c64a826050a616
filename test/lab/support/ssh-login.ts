import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { type RunResult, tryRun } from "../../../lab/run";
import type { LabCluster } from "./lab-cluster";

/** A key pair of a person, or of a machine that is none of the cluster's. */
export interface KeyPair {
  /** Path of the private key. */
  readonly file: string;
  /** One line. */
  readonly publicKey: string;
}

export function makeKey(cluster: LabCluster, name: string): KeyPair {
  const file = cluster.vaultFile(`test/${name}`);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file]);
  return { file, publicKey: readFileSync(`${file}.pub`, "utf8").trim() };
}

export interface Login {
  readonly user: string;
  /** The only key that is offered. @default - the operator's */
  readonly key?: KeyPair;
  /** Whole text of known_hosts. @default - the operator's */
  readonly knownHosts?: string;
  readonly options?: readonly string[];
}

/** One login from the operator's machine, at which nobody is there to answer a question. */
export function logIn(cluster: LabCluster, node: string, command: string, login: Login): Promise<RunResult> {
  const { user, key, knownHosts, options = [] } = login;
  const file = knownHosts === undefined ? cluster.vaultFile("known_hosts") : cluster.vaultFile("test/known_hosts");
  if (knownHosts !== undefined) writeFileSync(file, knownHosts);
  return tryRun("ssh", [
    ...["-F", "none", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "ConnectTimeout=5"],
    ...["-o", `UserKnownHostsFile=${file}`, "-o", "GlobalKnownHostsFile=/dev/null", "-o", "StrictHostKeyChecking=yes"],
    ...["-i", key?.file ?? cluster.vaultFile("id_ed25519"), ...options],
    ...[`${user}@${cluster.addressOf(node)}`, "--", command],
  ]);
}
