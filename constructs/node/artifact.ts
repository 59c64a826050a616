import type { ArtifactVersion } from "../services/definition";

/** A program's archive on the operator's machine. */
export interface Artifact extends ArtifactVersion {
  /** Absolute path of a tar.gz with the programs at its root. */
  readonly path: string;
  /** Of that file, hex. Another machine may build other bytes from the same source. */
  readonly sha256: string;
  /** The processor it was built for, in the words of `uname -m`. */
  readonly machine: string;
}
