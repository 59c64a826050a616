import type { ClusterModel } from "../../constructs/config";
import type { Placement } from "../../constructs/scheduler";
import type { Inspection } from "../inspection";
import type { StatusReport } from "../status-report";

/** Something that is wrong, and what helps. */
export interface Finding {
  /** Of the check that found it; stable, for scripts. */
  readonly check: string;
  /** Absent where it is about the cluster as a whole. */
  readonly node?: string;
  readonly found: string;
  readonly fix: string;
}

/** What the nodes said, for the checks to look at. */
export interface Examination {
  readonly model: ClusterModel;
  readonly placement: Placement;
  readonly report: StatusReport;
  /** Nodes that answered. */
  readonly nodes: readonly ExaminedNode[];
}

export interface ExaminedNode {
  readonly name: string;
  readonly inspection: Inspection;
  /** The node's clock less the operator's, and by how much that may be off, in seconds. */
  readonly clock?: { readonly offset: number; readonly uncertainty: number };
}

export type Check = (examination: Examination) => Finding[];
