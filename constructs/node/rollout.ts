import type { ClusterModel, NodeModel } from "../config";
import type { PlacementRecord } from "../scheduler/placement";

/**
 * Core nodes in the order of their delivery: those of the record by name, then new ones by name, since the former open
 * their doors for the latter.
 */
export function coreChain(cluster: ClusterModel, record: PlacementRecord | undefined): NodeModel[] {
  const known = (node: NodeModel) => record?.nodes.includes(node.name) === true;
  const core = cluster.nodes.filter((node) => node.groups.includes("core"));
  return [...core.filter(known), ...core.filter((node) => !known(node))];
}
