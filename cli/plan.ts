import type { NodeModel } from "../constructs/config";
import type { Payload } from "../constructs/payload/payload";
import { renderNode } from "../constructs/payload/render";
import type { ArtifactVersion } from "../constructs/services/definition";
import { type Loaded, renderInput } from "../edge/load";
import { recipes } from "../setup/recipe";

/** What would be delivered to nodes, sorted as they are. Needs no artifact to be built: paths and versions are enough. */
export function payloadsOf(loaded: Loaded, nodes: readonly NodeModel[]): Payload[] {
  const input = renderInput(loaded, artifactVersions());
  return nodes.map((node) => renderNode(input, node));
}

function artifactVersions(): Record<string, ArtifactVersion> {
  return Object.fromEntries(
    recipes()
      .filter((recipe) => recipe.runsOn === "nodes")
      .map(({ name, version, source }) => [name, { name, version, source }]),
  );
}
