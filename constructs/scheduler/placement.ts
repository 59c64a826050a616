/** Which nodes run which service; the result of `place`, and what the record keeps. */
export interface Placement {
  /** service -> its hosts, both sorted by name. Every service of the model has an entry. */
  readonly hosts: Readonly<Record<string, readonly string[]>>;
  /** Why each limited instance is where it is, sorted by service, then host. */
  readonly reasons: readonly PlacementReason[];
  /** What differs from the record, sorted by service. Empty without a record. */
  readonly moves: readonly Move[];
}

export interface PlacementReason {
  readonly service: string;
  readonly host: string;
  /** For a person, e.g. `kept from the record`. */
  readonly reason: string;
}

export interface Move {
  readonly service: string;
  /** Hosts that lose their instance. */
  readonly from: readonly string[];
  /** Hosts that gain one. */
  readonly to: readonly string[];
  readonly why: string;
}

/** Why a service cannot be placed. */
export interface Rejection {
  readonly service: string;
  readonly message: string;
  /** One entry per node of the cluster: why it cannot host the service. */
  readonly nodes: readonly { readonly node: string; readonly why: string }[];
}

/**
 * What one deploy leaves for the next synth, in `private_dir/placement.json`.
 * The limits are kept beside the hosts so that a changed limit is told from a changed set of nodes.
 */
export interface PlacementRecord {
  readonly version: 1;
  /** Names of all nodes at that time, sorted. */
  readonly nodes: readonly string[];
  /**
   * Scheduling group -> nodes that were open to limited services then (in the group, not drained), sorted; `all` and every
   * group of a limited service. Tells a node that came back from a drain, or joined a group, from one that was always there.
   */
  readonly open?: Readonly<Record<string, readonly string[]>>;
  readonly services: Readonly<Record<string, RecordedService>>;
}

export interface RecordedService {
  readonly group: string;
  /** `num_instances` at that time, before any capping. */
  readonly instances?: number | "all";
  readonly hosts: readonly string[];
}
