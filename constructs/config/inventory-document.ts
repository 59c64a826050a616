import { NAME, nameComplaint } from "./attributes";
import type { InventoryDraft, NodeDraft } from "./drafts";
import { inventoryAttributes, nodeAttributes } from "./inventory-schema";
import type { ProblemList } from "./problem";
import { show } from "./problem";
import { check, isMap } from "./schema-check";
import type { Sources } from "./sources";
import { YamlDocument } from "./yaml-document";

const FILE = "inventory.yml";

/** Reads inventory.yml. `undefined` where there is none, or where it is no YAML. */
export function readInventory(sources: Sources, problems: ProblemList): InventoryDraft | undefined {
  const source = sources.get(`config/${FILE}`);
  if (!source) {
    problems.add({ file: FILE, line: 1, column: 1, path: "", message: "missing; create it with domain, domain_public and nodes" });
    return undefined;
  }
  const document = YamlDocument.parse(FILE, source.content, problems);
  if (!document) return undefined;
  if (document.value !== undefined && !isMap(document.value)) {
    problems.add({
      ...document.placeOf([]),
      message: `expected a map with domain, domain_public and nodes, found ${show(document.value)}`,
    });
    return undefined;
  }
  const { value: attributes, original } = check(inventoryAttributes, document.value, document, [], problems);
  const nodes = Object.entries(attributes.nodes ?? {}).map(([name, value]) => readNode(name, value, document, problems));
  return {
    document,
    attributes,
    original,
    nodes,
    groupsKnown: attributes.nodes !== undefined && nodes.every((node) => !node.broken.has("groups") && !node.broken.has("")),
  };
}

function readNode(name: string, value: unknown, document: YamlDocument, problems: ProblemList): NodeDraft {
  const path = ["nodes", name];
  if (!NAME.test(name)) problems.add({ ...document.placeOfKey(path), message: nameComplaint(name) });
  const { value: attributes, broken, original } = check(nodeAttributes, value, document, path, problems);
  return { name, attributes, broken, original };
}
