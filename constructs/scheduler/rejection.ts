import type { Board, BoardNode, BoardService } from "./board";
import { isMember, portConflict } from "./board";
import { listed } from "./order";
import type { Rejection } from "./placement";

/** Why a node cannot take one more instance as things stand; undefined when it can. */
export function whyNot(service: BoardService, node: BoardNode): string | undefined {
  if (!isMember(service, node)) return `not in group ${service.group}`;
  if (service.limited && node.model.drain) return "drained";
  if (service.hosts.has(node)) return "already runs an instance";
  const conflict = portConflict(service, node);
  return conflict && `port ${conflict.port} is taken by ${conflict.owner.name}`;
}

/** A rejection with a line for each node of the cluster; `otherwise` is said of nodes that nothing speaks against. */
export function reject(board: Board, service: BoardService, message: string, otherwise: string): Rejection {
  return {
    service: service.name,
    message,
    nodes: board.nodes.map((node) => ({ node: node.name, why: whyNot(service, node) ?? otherwise })),
  };
}

/** Even with the nodes to itself it has too few. */
export function tooFewNodes(board: Board, service: BoardService): Rejection {
  const count = service.hosts.size;
  const found = count === 0 ? "no node can host one" : count === 1 ? "only 1 node can" : `only ${count} nodes can`;
  const message = `${wanted(service)}, ${found}; lower num_instances, add nodes or free what is in the way`;
  return reject(board, service, message, "nothing speaks against it");
}

/** There are nodes enough, but other new services want the same ports. `exhausted`: not every assignment was tried. */
export function portsTangled(board: Board, service: BoardService, exhausted: boolean): Rejection {
  const count = service.hosts.size;
  const found = exhausted
    ? "and none of very many assignments of services to nodes kept all ports apart"
    : "and no assignment of services to nodes keeps all ports apart";
  const message = `${wanted(service)}, ${found}; without moving others ${count === 0 ? "none" : count} of them can run: change a port, lower num_instances or add nodes`;
  return reject(board, service, message, "nothing speaks against it");
}

/** Its data lies on nodes that can host it no longer: elsewhere it would start empty. */
export function dataLeftBehind(board: Board, service: BoardService, losses: ReadonlyMap<string, string>): Rejection {
  const places = [...losses.keys()];
  return reject(
    board,
    service,
    `its data (${service.volumes.join(", ")}) lies on ${listed(places)}, and an instance elsewhere would start empty: ${listed([...new Set(losses.values())])}; undo that, or move the data first`,
    `would start without the data of ${listed(places)}`,
  );
}

/** For a person: the service and what is wrong, then one line for each reason with the nodes it holds for. */
export function formatRejection(rejection: Rejection): string {
  const byReason = new Map<string, string[]>();
  for (const { node, why } of rejection.nodes) byReason.set(why, [...(byReason.get(why) ?? []), node]);
  const lines = [...byReason].map(([why, nodes]) => `  ${nodes.join(", ")}: ${why}`);
  return [`${rejection.service}: ${rejection.message}`, ...lines].join("\n");
}

function wanted(service: BoardService): string {
  const count = service.wanted === 1 ? "1 instance" : `${service.wanted} instances`;
  return `${count} wanted${service.group === "all" ? "" : ` in group ${service.group}`}`;
}
