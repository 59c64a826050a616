import type { ParsedInventory, ParsedNode } from "./inventory-schema";
import type { Problem } from "./model";
import type { ParsedService } from "./services-schema";
import { pathText, type YamlDocument, type YamlPath } from "./yaml-document";

/** A node as read, before the checks across documents. */
export interface NodeDraft {
  readonly name: string;
  readonly attributes: Partial<ParsedNode>;
  readonly broken: ReadonlySet<string>;
  /** The path in the file of a path in `attributes`. */
  original(path: YamlPath): YamlPath;
}

/** inventory.yml as read; what had a mistake is absent. */
export interface InventoryDraft {
  readonly document: YamlDocument;
  readonly attributes: Partial<ParsedInventory>;
  /** The path in the file of a path in `attributes`. */
  original(path: YamlPath): YamlPath;
  /** In the order of the file. */
  readonly nodes: readonly NodeDraft[];
  /** False where `groups` of some node had a mistake: then nobody knows how large groups are. */
  readonly groupsKnown: boolean;
}

/** A service as read: its own attributes over those it ships with, defaults filled in. */
export interface ServiceDraft {
  readonly name: string;
  readonly embedded: boolean;
  readonly attributes: ParsedService;
  /** False where its group or number of instances had a mistake: then nobody knows where it runs. */
  readonly placeable: boolean;
  /** Attributes that the user wrote. */
  readonly written: ReadonlySet<string>;
  /** The file that names the service; absent for an embedded one that nobody adjusts. */
  readonly document?: YamlDocument;
  /** The path in the file of a path in `attributes`: these lack items with a mistake of their own. */
  original(path: YamlPath): YamlPath;
}

/** What the checks across documents work on. */
export interface Drafts {
  /** Absent where the file is missing or broken. */
  readonly inventory?: InventoryDraft;
  /** Embedded ones first, then in the order of the files: of two that clash, the later one is told. */
  readonly services: readonly ServiceDraft[];
}

/** The place of an attribute of a service; for one that no file names, the top of the inventory. */
export function placeIn(service: ServiceDraft, path: YamlPath): Omit<Problem, "message"> {
  const full = [service.name, ...service.original(path)];
  if (service.document) return service.document.placeOf(full);
  return { file: "inventory.yml", line: 1, column: 1, path: pathText(full) };
}

/** The place of an attribute of a node. */
export function placeInNode(inventory: InventoryDraft, node: NodeDraft, path: YamlPath): Omit<Problem, "message"> {
  return inventory.document.placeOf(["nodes", node.name, ...node.original(path)]);
}

/** The place of a service's name. */
export function placeOfName(service: ServiceDraft): Omit<Problem, "message"> {
  return service.document ? service.document.placeOfKey([service.name]) : placeIn(service, []);
}

/** Nodes in a group, drained ones included. */
export function nodesIn(inventory: InventoryDraft, group: string): NodeDraft[] {
  return inventory.nodes.filter((node) => group === "all" || node.attributes.groups?.includes(group));
}

/** Every group that has a node, sorted, `all` first. */
export function groupsOf(inventory: InventoryDraft): string[] {
  return ["all", ...[...new Set(inventory.nodes.flatMap((node) => node.attributes.groups ?? []))].sort()];
}
