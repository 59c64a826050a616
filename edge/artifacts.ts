import type { Artifact } from "../constructs/node/artifact";
import { readArtifact } from "../setup/artifact";
import { recipes } from "../setup/recipe";

/** `uname -m` for what Go calls the architecture. */
const MACHINES = { amd64: "x86_64", arm64: "aarch64" } as const;

/** Archives for nodes, as set-up has built them on this machine. */
export function readArtifacts(): Artifact[] {
  return recipes()
    .filter((recipe) => recipe.runsOn === "nodes")
    .map(({ name }) => {
      const { version, source, path, sha256, arch } = readArtifact(name);
      return { name, version, source, path, sha256, machine: MACHINES[arch] };
    });
}
