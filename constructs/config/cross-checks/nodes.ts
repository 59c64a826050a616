import { isIP } from "node:net";
import { canonicalAddress } from "../addresses";
import type { Drafts, InventoryDraft, NodeDraft } from "../drafts";
import { nodesIn, placeInNode } from "../drafts";
import { type ProblemList, show } from "../problem";
import type { YamlPath } from "../yaml-document";

/** The group `core` has nodes; no two nodes share an address; no two admins a name. */
export function checkNodes({ inventory }: Drafts, problems: ProblemList): void {
  if (!inventory) return;
  if (inventory.groupsKnown && nodesIn(inventory, "core").length === 0) {
    problems.add({
      ...inventory.document.placeOf(["nodes"]),
      message: `no node is in the group "core"; put 1, 3 or 5 nodes into it with groups: [core]`,
    });
  }
  checkAddresses(inventory, problems);
  checkAdmins(inventory, problems);
}

function checkAddresses(inventory: InventoryDraft, problems: ProblemList): void {
  const owners = new Map<string, string>();
  const claim = (address: string, node: NodeDraft, path: YamlPath, again: boolean) => {
    const owner = owners.get(address);
    if (owner === undefined) owners.set(address, node.name);
    else if (owner !== node.name) {
      problems.add({ ...placeInNode(inventory, node, path), message: `${show(address)} is ${owner}'s already; give each node its own` });
    } else if (again) {
      problems.add({ ...placeInNode(inventory, node, path), message: `${show(address)} is there twice; keep one` });
    }
  };
  for (const node of inventory.nodes) {
    for (const [index, address] of (node.attributes.addresses ?? []).entries()) claim(address, node, ["addresses", index], true);
  }
  // Two nodes with one SSH address would be one machine that gets the files and keys of both.
  for (const node of inventory.nodes) {
    const target = node.attributes.ssh_address;
    if (target === undefined) continue;
    claim(isIP(target) ? (canonicalAddress(target) ?? target) : target, node, ["ssh_address"], false);
  }
}

function checkAdmins(inventory: InventoryDraft, problems: ProblemList): void {
  const names = new Set<string>();
  for (const [index, admin] of (inventory.attributes.admins ?? []).entries()) {
    if (names.has(admin.name)) {
      problems.add({
        ...inventory.document.placeOf(inventory.original(["admins", index, "name"])),
        message: `the admin ${show(admin.name)} is there twice; put all keys into one`,
      });
    }
    names.add(admin.name);
  }
}
