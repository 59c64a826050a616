import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ClusterModel } from "../constructs/config";
import { type PlacementRecord, parseRecord } from "../constructs/scheduler";
import { type HostCertificates, readHostCertificates } from "./host-certificates";
import { type InterruptedDelivery, interruptedDeliveries, type Redeliveries, readRedeliveries } from "./redeliveries";
import { readState, type StateResource, statePath } from "./state";
import { UserError } from "./user-error";

/** What the deploys before this one have left in `private_dir`. */
export interface Vault {
  readonly record?: PlacementRecord;
  readonly founded: boolean;
  readonly redeliveries: Redeliveries;
  /** During which deliveries the last deploy was killed. */
  readonly interrupted: readonly InterruptedDelivery[];
  /** Text of known_hosts; empty where there is none. */
  readonly knownHosts: string;
  /** Absent before the first deploy. */
  readonly hostCertificates?: HostCertificates;
  /** Empty without a state. */
  readonly state: readonly StateResource[];
}

/**
 * Reads the vault and refuses one that is not whole: a lost state would make a second CA, a lost record would move
 * services, and either only shows when it is too late.
 * @throws UserError naming the file that is missing and what to do
 */
export function readVault(model: ClusterModel): Vault {
  const { privateDir } = model;
  const text = (name: string) => readIfThere(join(privateDir, name));
  const record = text("placement.json");
  const founded = text("founded") !== undefined;
  const state = readState(privateDir);
  const interrupted = interruptedDeliveries(privateDir, state ?? []);

  if (state === undefined && (founded || record !== undefined)) {
    throw new UserError(
      `${statePath(privateDir)}: the state is missing, but ${founded ? "founded" : "placement.json"} is there: this cluster is running ` +
        "and its CA was in that state. Restore the folder from your backup; without it the machines must be reinstalled",
    );
  }
  const wroteRecord = state?.some(({ name }) => name === "record") && !interrupted.some(({ resource }) => resource === "record");
  if (record === undefined && (founded || wroteRecord || state?.some(({ name }) => name.endsWith("_activation")))) {
    throw new UserError(
      `${join(privateDir, "placement.json")}: the record of what runs where is missing, but this cluster was deployed before. ` +
        "Restore it from your backup; a fresh start would move services away from their data",
    );
  }
  const hostCertificates = readHostCertificates(privateDir);
  return {
    ...(record === undefined ? {} : { record: readRecord(join(privateDir, "placement.json"), record) }),
    // In the state it stands behind the seed's success: its trace means the same as the file.
    founded: founded || state?.some(({ name }) => name === "founded") === true,
    redeliveries: readRedeliveries(privateDir),
    interrupted,
    knownHosts: readIfThere(model.ssh.knownHostsFile) ?? "",
    ...(hostCertificates === undefined ? {} : { hostCertificates }),
    state: state ?? [],
  };
}

/** Makes the vault, readable by its owner only. Terraform keeps the modes of state files that exist, and would create them 0644. */
export function protectVault(privateDir: string): void {
  mkdirSync(privateDir, { recursive: true, mode: 0o700 });
  chmodSync(privateDir, 0o700);
  for (const path of [statePath(privateDir), `${statePath(privateDir)}.backup`]) {
    if (existsSync(path)) chmodSync(path, 0o600);
    else closeSync(openSync(path, "a", 0o600));
  }
}

/**
 * A CA that is in the state and no longer in the configuration would be destroyed: `prevent_destroy` goes with the
 * configuration that said it.
 * @param planned resources of the stack, as `type.name`
 * @throws UserError naming the CA
 */
export function keepAuthorities(vault: Vault, planned: readonly string[]): void {
  const lost = vault.state.find(({ type, name }) => type === "tls_self_signed_cert" && !planned.includes(`${type}.${name}`));
  if (lost === undefined) return;
  throw new UserError(
    `${lost.type}.${lost.name}: this CA is in the state, but this version of minicluster does not know it by that name; a deploy would ` +
      "replace it, and every node would refuse the new one. Deploy with the version that made it, or rename it with `terraform state mv`",
  );
}

function readRecord(path: string, text: string): PlacementRecord {
  try {
    return parseRecord(text);
  } catch (error) {
    throw new UserError(`${path}: ${(error as Error).message}`);
  }
}

function readIfThere(path: string): string | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path, "utf8") : undefined;
}
