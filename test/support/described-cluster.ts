import { join } from "node:path";
import { type ClusterModel, formatProblem, loadCluster, type Sources } from "../../constructs/config";
import type { Payload } from "../../constructs/payload/payload";
import { type RenderInput, renderNode } from "../../constructs/payload/render";
import { formatRejection, type PlacementRecord, place } from "../../constructs/scheduler";
import type { ServiceDefinition } from "../../constructs/services/definition";
import { embeddedServices, platformOf } from "../../constructs/services/registry";
import { readSources } from "../../edge/read-sources";

/** Versions that do not change with the machine that runs the tests. */
export const ARTIFACTS = {
  coredns: { name: "coredns", version: "1.14.7", source: "89abcdef0123" },
  etcd: { name: "etcd", version: "3.6.16", source: "0123456789ab" },
};

export interface DescribedTexts {
  readonly inventory: string;
  readonly services: string;
  /** What lies below `files/`: path -> text. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface DescribedCluster extends RenderInput {
  payload(node: string): Payload;
}

/** A cluster from a folder with inventory.yml and services.yml, or from their texts. */
export function describedCluster(
  from: string | DescribedTexts,
  options: { record?: PlacementRecord; definitions?: readonly ServiceDefinition[] } = {},
): DescribedCluster {
  const { definitions = embeddedServices } = options;
  const sources = sourcesOf(from);
  const loaded = loadCluster(sources, { directory: "/config", home: "/home/operator", ...platformOf(definitions) });
  if (!loaded.ok) throw new Error(loaded.problems.map(formatProblem).join("\n"));
  const placed = place(loaded.model, options.record);
  if (!placed.ok) throw new Error(placed.rejections.map(formatRejection).join("\n"));
  const input: RenderInput = { cluster: loaded.model, placement: placed.placement, sources, definitions, artifacts: ARTIFACTS };
  return { ...input, payload: (name) => renderNode(input, nodeNamed(loaded.model, name)) };
}

function sourcesOf(from: string | DescribedTexts): Sources {
  if (typeof from === "string") return readSources(from);
  const text = (value: string) => ({ content: Buffer.from(value), executable: false });
  // No folder of that name: `cloud-init/` only.
  return new Map([
    ...readSources(join(__dirname, "no-configuration")),
    ["config/inventory.yml", text(from.inventory)],
    ["config/services.yml", text(from.services)],
    ...Object.entries(from.files ?? {}).map(([path, content]) => [`config/files/${path}`, text(content)] as const),
  ]);
}

export function nodeNamed(model: ClusterModel, name: string) {
  const node = model.nodes.find((each) => each.name === name);
  if (node === undefined) throw new Error(`no node ${name}`);
  return node;
}
