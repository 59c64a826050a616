import type { ClusterModel, NodeModel } from "../constructs/config";
import { manifest } from "../constructs/payload/manifest";
import type { Payload } from "../constructs/payload/payload";
import type { Placement } from "../constructs/scheduler";
import { urlHost } from "../constructs/services/names";
import { type CertificateStatus, certificateStatus } from "./certificates";
import { type Drift, driftOf } from "./drift";
import { type EtcdMember, etcdMembers } from "./etcd-members";
import type { Inspected } from "./inspect";
import type { Inspection } from "./inspection";
import { parseManifest } from "./manifest";
import { isWell, unitState, worstState } from "./unit-state";

/** What `status --json` prints; docs/commands.md is the contract. */
export interface StatusReport {
  readonly domain: string;
  /** All is well: the exit code is 0. */
  readonly well: boolean;
  readonly nodes: Readonly<Record<string, NodeStatus>>;
  readonly etcd: { readonly members: readonly EtcdMember[] };
}

export interface NodeStatus {
  readonly reachable: boolean;
  /** `skip: true` in the inventory: nobody asked it. */
  readonly skipped: boolean;
  /** Why it is not reachable. */
  readonly error?: string;
  /** null where nothing was ever committed. */
  readonly generation: number | null;
  /** ISO 8601. */
  readonly activatedAt: string | null;
  /** Does it hold what would be delivered now? Certificates aside, whose renewal only a deploy can tell. */
  readonly upToDate: boolean;
  /** An activation is running, or was killed. */
  readonly unfinished: boolean;
  readonly drift: readonly Drift[];
  /** unit -> state; also those that the next deploy stops. */
  readonly units: Readonly<Record<string, string>>;
  /** service -> the worst state of its units; without units `installed` or `absent`. */
  readonly services: Readonly<Record<string, string>>;
  readonly certificates: readonly CertificateStatus[];
}

/** A node that was asked, or would have been. */
export interface Asked {
  readonly node: NodeModel;
  readonly payload: Payload;
  /** Absent for a node that is skipped. */
  readonly inspected?: Inspected;
}

const NOTHING_KNOWN = {
  generation: null,
  activatedAt: null,
  upToDate: false,
  unfinished: false,
  drift: [],
  units: {},
  services: {},
  certificates: [],
} as const;

/** Puts together what the nodes said. Pure: `now` is when they said it. */
export function statusReport(model: ClusterModel, placement: Placement, asked: readonly Asked[], now: Date): StatusReport {
  const nodes = Object.fromEntries(asked.map((each) => [each.node.name, nodeStatus(each, placement, now)]));
  const members = membersOf(model, placement, asked);
  const well = Object.values(nodes).every(isNodeWell) && members.every((member) => member.healthy);
  return { domain: model.domain, well, nodes, etcd: { members } };
}

/** Is there nothing to be done about a node? One that is skipped is known to be down. */
export function isNodeWell(node: NodeStatus): boolean {
  if (node.skipped) return true;
  return (
    node.reachable &&
    node.upToDate &&
    !node.unfinished &&
    node.drift.length === 0 &&
    [...Object.values(node.units)].every(isWell) &&
    node.certificates.every(({ daysLeft }) => daysLeft !== null && daysLeft >= 0)
  );
}

function nodeStatus({ payload, inspected }: Asked, placement: Placement, now: Date): NodeStatus {
  if (inspected === undefined) return { reachable: false, skipped: true, ...NOTHING_KNOWN };
  if (!inspected.ok) return { reachable: false, skipped: false, error: inspected.error, ...NOTHING_KNOWN };
  const { committed, unfinished, disk, units, certificates } = inspected.inspection;
  const wanted = parseManifest(manifest(payload).split("\n"));
  const states = Object.fromEntries(
    [...new Set([...wanted.units.keys(), ...(committed?.manifest.units.keys() ?? [])])]
      .sort()
      .map((unit) => [unit, unitState(units.get(unit))]),
  );
  return {
    reachable: true,
    skipped: false,
    generation: committed?.generation ?? null,
    activatedAt: committed?.activated.toISOString() ?? null,
    upToDate: committed?.manifest.digest === wanted.digest,
    unfinished,
    drift: committed === undefined ? [] : driftOf(committed.manifest, disk),
    units: states,
    services: serviceStates(payload, placement, states, committed !== undefined),
    certificates: certificates.map(({ path, pem }) => certificateStatus(path, pem, now)),
  };
}

function serviceStates(
  payload: Payload,
  placement: Placement,
  states: Readonly<Record<string, string>>,
  delivered: boolean,
): Record<string, string> {
  const services = Object.keys(placement.hosts).filter((service) => placement.hosts[service]?.includes(payload.node));
  return Object.fromEntries(
    services.sort().map((service) => {
      const own = payload.units.filter((unit) => unit.services.includes(service)).map((unit) => states[unit.name] ?? "unknown");
      return [service, own.length > 0 ? worstState(own) : delivered ? "installed" : "absent"];
    }),
  );
}

/** Without a core node among those asked, nobody knows of members. */
function membersOf(model: ClusterModel, placement: Placement, asked: readonly Asked[]): EtcdMember[] {
  const hosts = placement.hosts.etcd ?? [];
  const core = asked.filter(({ node }) => hosts.includes(node.name));
  if (core.length === 0) return [];
  const answers = core.flatMap(({ inspected }): Inspection["etcd"][] => (inspected?.ok ? [inspected.inspection.etcd] : []));
  const expected = model.nodes
    .filter((node) => hosts.includes(node.name))
    .map((node) => ({ name: node.name, endpoint: `https://${urlHost(node.addresses[0])}:2379` }));
  return etcdMembers(answers, expected);
}
