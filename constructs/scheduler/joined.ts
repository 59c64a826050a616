import type { Board, BoardNode } from "./board";
import type { PlacementRecord } from "./placement";
import { ownValue } from "./record";

/** Group -> nodes that limited services of the group can newly use -> why, e.g. `worker-4 was added`. */
export type Joined = ReadonlyMap<string, ReadonlyMap<BoardNode, string>>;

/** Nodes that were added to the inventory, are no longer drained or joined a group since the record was made. */
export function joinedNodes(board: Board, previous: PlacementRecord | undefined): Joined {
  const joined = new Map<string, Map<BoardNode, string>>();
  if (previous === undefined) return joined;
  const known = new Set(previous.nodes);
  const open = (group: string) => {
    const nodes = previous.open && ownValue(previous.open, group);
    return nodes && new Set(nodes);
  };
  const wasUndrained = open("all");
  for (const service of board.limited) {
    if (joined.has(service.group)) continue;
    const wasOpen = open(service.group);
    const nodes = new Map<BoardNode, string>();
    for (const node of service.open) {
      if (!known.has(node.name)) nodes.set(node, `${node.name} was added`);
      else if (wasOpen === undefined || wasOpen.has(node.name)) continue;
      else if (wasUndrained?.has(node.name)) nodes.set(node, `${node.name} joined group ${service.group}`);
      else nodes.set(node, `${node.name} is no longer drained`);
    }
    joined.set(service.group, nodes);
  }
  return joined;
}
