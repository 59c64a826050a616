import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { type ClusterModel, formatProblem, loadCluster, type SecretReference, type Sources, type Warning } from "../constructs/config";
import { formatRejection, type Placement, place } from "../constructs/scheduler";
import type { ArtifactVersion } from "../constructs/services/definition";
import { embeddedServices, platformOf } from "../constructs/services/registry";
import { withHostKeys, withOperatorKey } from "./given";
import { PROJECT, readSources } from "./read-sources";
import { requireSecrets } from "./secrets";
import { UserError } from "./user-error";
import { readVault, type Vault } from "./vault";

/** A described cluster, checked and placed: what synthesis and every command start from. */
export interface Loaded {
  readonly directory: string;
  readonly model: ClusterModel;
  readonly warnings: readonly Warning[];
  readonly sources: Sources;
  readonly vault: Vault;
  readonly placement: Placement;
}

/** `--config`, MINICLUSTER_CONFIG, or `cluster/` beside main.ts. */
export function configDirectory(option?: string): string {
  return resolve(option ?? process.env.MINICLUSTER_CONFIG ?? join(PROJECT, "cluster"));
}

/**
 * Reads the configuration and the vault, and places every service.
 * @throws UserError with every problem, one per line
 */
export function load(directory: string): Loaded {
  const { model, warnings, sources, secrets } = loadModel(directory);
  requireSecrets(secrets, model.privateDir);
  const vault = readVault(model);
  const placed = place(model, vault.record);
  if (!placed.ok) throw new UserError(placed.rejections.map(formatRejection).join("\n"));
  return {
    directory,
    model,
    warnings,
    sources: withHostKeys(sources, model, vault.knownHosts, vault.hostCertificates),
    vault,
    placement: placed.placement,
  };
}

/** The configuration alone, for what must work without a vault. */
export function loadModel(directory: string): Pick<Loaded, "model" | "warnings" | "sources"> & { secrets: readonly SecretReference[] } {
  const sources = readSources(directory);
  const loaded = loadCluster(sources, { directory, home: homedir(), ...platformOf(embeddedServices) });
  if (!loaded.ok) throw new UserError(loaded.problems.map(formatProblem).join("\n"));
  const { model, warnings, secrets } = loaded;
  const doubts = [...warnings, ...embeddedServices.flatMap((each) => each.warnings?.(model) ?? [])];
  return { model, warnings: doubts, secrets, sources: withOperatorKey(sources, model) };
}

/** What `renderNode` needs besides the node. */
export function renderInput(loaded: Loaded, artifacts: Readonly<Record<string, ArtifactVersion>>) {
  return { cluster: loaded.model, placement: loaded.placement, sources: loaded.sources, definitions: embeddedServices, artifacts };
}
