import { crossCheck } from "./cross-checks";
import { checkPrivateDir } from "./cross-checks/private-dir";
import type { Drafts } from "./drafts";
import { deepFreeze } from "./freeze";
import { readInventory } from "./inventory-document";
import type { ClusterModel, Problem, SecretReference, Warning } from "./model";
import { ProblemList } from "./problem";
import { secretReferences } from "./secret-references";
import { readServices } from "./services-document";
import type { ServiceAttributes } from "./services-schema";
import type { Sources } from "./sources";
import { toModel } from "./to-model";
import { warningsOf } from "./warnings";

export interface LoadOptions {
  /** Absolute path of the configuration folder: relative paths in inventory.yml start there. */
  readonly directory: string;
  /** Absolute path that `~/` stands for. */
  readonly home: string;
  /** Embedded services and what they say of themselves, as services.yml would. Wrong metadata is a bug, and thrown. */
  readonly embedded: Readonly<Record<string, ServiceAttributes>>;
  /** Names that nobody may use: services of the platform that are not in `embedded`. */
  readonly reserved: readonly string[];
  /** Embedded service -> its attributes that services.yml cannot adjust. @default - none */
  readonly fixed?: Readonly<Record<string, readonly string[]>>;
}

export type LoadResult =
  | { readonly ok: true; readonly model: ClusterModel; readonly warnings: Warning[]; readonly secrets: SecretReference[] }
  | { readonly ok: false; readonly problems: Problem[] };

/**
 * Reads `config/inventory.yml`, `config/services.yml` and what it includes. Returns a frozen, sorted model, the same for
 * the same content in any order; or else every problem at once, sorted by place. Pure: `sources` is all it reads.
 */
export function loadCluster(sources: Sources, options: LoadOptions): LoadResult {
  const problems = new ProblemList();
  const inventory = readInventory(sources, problems);
  const services = readServices(sources, options, problems);
  const drafts: Drafts = inventory ? { inventory, services } : { services };
  crossCheck(drafts, sources, options.reserved, problems);
  checkPrivateDir(drafts, options, problems);
  if (!problems.isEmpty || !inventory) return { ok: false, problems: problems.sorted() };
  const model = deepFreeze(toModel(inventory, services, sources, options));
  const folders = new Set(services.flatMap((service) => service.attributes.files ?? []));
  return { ok: true, model, warnings: warningsOf(model, folders, sources), secrets: secretReferences(drafts) };
}
