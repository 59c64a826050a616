import { z } from "zod";
import { type ClusterModel, nodesOfGroup } from "../config/model";
import { byName, compareNames, sortedNames } from "./order";
import type { Placement, PlacementRecord, RecordedService } from "./placement";

const VERSION = 1;

const names = z.array(z.string().min(1));
const shape = z.strictObject({
  version: z.literal(VERSION),
  nodes: names,
  open: z.record(z.string(), names).optional(),
  services: z.record(
    z.string(),
    z.strictObject({
      group: z.string().min(1),
      instances: z.union([z.int().min(0), z.literal("all")]).optional(),
      hosts: names,
    }),
  ),
});

/** What the next `place` has to know about this one. */
export function recordOf(model: ClusterModel, placement: Placement): PlacementRecord {
  const limitedGroups = model.services.filter((s) => s.numInstances !== "all").map((s) => s.schedulingGroup);
  const open: [string, string[]][] = sortedNames(["all", ...limitedGroups]).map((group) => [
    group,
    sortedNames(
      nodesOfGroup(model.nodes, group)
        .filter((node) => !node.drain)
        .map((node) => node.name),
    ),
  ]);
  const services = byName(model.services).map((service): [string, RecordedService] => [
    service.name,
    {
      group: service.schedulingGroup,
      instances: service.numInstances,
      hosts: sortedNames(ownValue(placement.hosts, service.name) ?? []),
    },
  ]);
  return {
    version: VERSION,
    nodes: sortedNames(model.nodes.map((node) => node.name)),
    open: Object.fromEntries(open),
    services: Object.fromEntries(services),
  };
}

/**
 * Reads `placement.json`.
 * @throws Error with one sentence that names what is wrong in the file and what to do.
 */
export function parseRecord(text: string): PlacementRecord {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw unreadable(`it is not JSON (${(error as Error).message})`);
  }
  const version = typeof data === "object" && data !== null ? (data as { version?: unknown }).version : undefined;
  if (version !== undefined && version !== VERSION) {
    throw new Error(
      `placement.json: it has version ${JSON.stringify(version)}, this minicluster reads version ${VERSION}; use the minicluster that wrote it, or a newer one`,
    );
  }
  const result = shape.safeParse(data);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = issue?.path.map(String).join(".") ?? "";
  throw unreadable(`${path === "" ? "" : `${path}: `}${issue?.message ?? "it has another shape"}`);
}

/** The text of `placement.json`: one line per service, the same for the same record. */
export function formatRecord(record: PlacementRecord): string {
  const open = record.open === undefined ? [] : [`  "open": ${block(record.open, (nodes) => list(sortedNames(nodes)))},`];
  const services = block(record.services, ({ group, instances, hosts }) => {
    const limit = instances === undefined ? "" : ` "instances": ${JSON.stringify(instances)},`;
    return `{ "group": ${JSON.stringify(group)},${limit} "hosts": ${list(sortedNames(hosts))} }`;
  });
  return [
    "{",
    `  "version": ${record.version},`,
    `  "nodes": ${list(sortedNames(record.nodes))},`,
    ...open,
    `  "services": ${services}`,
    "}\n",
  ].join("\n");
}

/** The record's entry of a service; undefined for a service that it does not know (or without a record). */
export function recordedService(record: PlacementRecord | undefined, name: string): RecordedService | undefined {
  return record === undefined ? undefined : ownValue(record.services, name);
}

/** A node may be called `constructor`: only own properties count. */
export function ownValue<T>(dictionary: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(dictionary, key) ? dictionary[key] : undefined;
}

function unreadable(what: string): Error {
  return new Error(`placement.json: ${what}; restore it from a backup of private_dir`);
}

function list(items: readonly string[]): string {
  return `[${items.map((item) => JSON.stringify(item)).join(", ")}]`;
}

function block<T>(dictionary: Readonly<Record<string, T>>, format: (value: T) => string): string {
  const lines = Object.entries(dictionary)
    .sort(([a], [b]) => compareNames(a, b))
    .map(([key, value]) => `    ${JSON.stringify(key)}: ${format(value)}`);
  return lines.length === 0 ? "{}" : `{\n${lines.join(",\n")}\n  }`;
}
