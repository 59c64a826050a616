import type { ClusterModel, NodeModel } from "../constructs/config";
import { UserError } from "../edge/user-error";

/**
 * Nodes by name, in the model's order; without names all of them.
 * @throws UserError in one line that names the nodes there are
 */
export function selectNodes(model: ClusterModel, names: readonly string[]): NodeModel[] {
  const unknown = names.filter((name) => !model.nodes.some((node) => node.name === name));
  if (unknown.length > 0) {
    throw new UserError(`no node is named ${unknown.join(" or ")}; nodes: ${model.nodes.map((node) => node.name).join(", ")}`);
  }
  return names.length === 0 ? [...model.nodes] : model.nodes.filter((node) => names.includes(node.name));
}

/** @throws UserError as selectNodes does */
export function selectNode(model: ClusterModel, name: string): NodeModel {
  const [node] = selectNodes(model, [name]);
  if (node === undefined) throw new Error(`${name} was selected and is not there`);
  return node;
}
