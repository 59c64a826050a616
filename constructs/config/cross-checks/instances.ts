import type { Drafts, InventoryDraft, ServiceDraft } from "../drafts";
import { groupsOf, nodesIn, placeIn } from "../drafts";
import { hint } from "../nearest";
import { count, type ProblemList, show } from "../problem";

/** Every scheduling group exists and has as many hosts as its service wants instances. */
export function checkInstances({ inventory, services }: Drafts, problems: ProblemList): void {
  if (!inventory?.groupsKnown) return;
  for (const service of services.filter((candidate) => candidate.placeable)) {
    const { scheduling_group: group, num_instances: wanted } = service.attributes;
    const nodes = nodesIn(inventory, group);
    if (nodes.length === 0) {
      // Without core nodes there is one problem, not one for each service on them.
      if (group !== "core" && service.document && inventory.nodes.length > 0) {
        const message = `no node is in the group ${show(group)}${hint(group, groupsOf(inventory))}`;
        problems.add({ ...placeIn(service, ["scheduling_group"]), message });
      }
    } else if (wanted !== "all") {
      checkCount(inventory, service, wanted, problems);
    }
  }
}

function checkCount(inventory: InventoryDraft, service: ServiceDraft, wanted: number, problems: ProblemList): void {
  const group = service.attributes.scheduling_group;
  const nodes = nodesIn(inventory, group);
  const eligible = nodes.filter((node) => node.attributes.drain !== true).length;
  if (service.embedded && !service.written.has("num_instances")) {
    if (eligible > 0) return; // On a smaller cluster an embedded service runs fewer instances.
    problems.add({
      ...inventory.document.placeOf(["nodes"]),
      message: `every node of the group ${show(group)} is drained, ${service.name} needs one; remove drain from one`,
    });
    return;
  }
  if (wanted <= eligible) return;
  const drained = nodes.length - eligible;
  const which = drained === 0 ? "" : `, ${drained} of them drained`;
  problems.add({
    ...placeIn(service, ["num_instances"]),
    message: `${count(wanted, "instance")} wanted, group ${show(group)} has ${count(nodes.length, "node")}${which}; lower it or add nodes`,
  });
}

/** What `num_instances` becomes: an embedded service never wants more than there are hosts. */
export function instancesOf(inventory: InventoryDraft, service: ServiceDraft): number | "all" {
  const { scheduling_group: group, num_instances: wanted } = service.attributes;
  if (wanted === "all" || !service.embedded) return wanted;
  return Math.min(wanted, nodesIn(inventory, group).filter((node) => node.attributes.drain !== true).length);
}
