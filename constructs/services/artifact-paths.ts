import type { ArtifactVersion } from "./definition";

/** The folder on a node that holds one version of an artifact. Versions lie side by side, so that a rollback finds its own. */
export function artifactDirectory(artifact: ArtifactVersion): string {
  return `/usr/local/lib/minicluster/artifacts/${artifact.name}-${artifact.version}-${artifact.source}`;
}

/** The command in the search path: a file of the payload, so that a new version shows in the diff and restarts what runs it. */
export function artifactCommand(artifact: ArtifactVersion, program: string): string {
  return `#!/bin/sh\nexec ${artifactDirectory(artifact)}/${program} "$@"\n`;
}
