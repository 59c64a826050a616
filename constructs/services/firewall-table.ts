import type { ClusterModel, NodeModel, Peers, ServiceModel } from "../config";
import { listeningPorts } from "../config";
import type { Placement } from "../scheduler/placement";

/** A port of a node that someone may reach. What is in no row is closed. */
export interface OpenPort {
  readonly node: string;
  readonly port: number;
  readonly protocol: "tcp" | "udp";
  /** Who, for a person: `everywhere`, `all nodes`, `nodes of web`, or networks. */
  readonly from: string;
  /** The same as addresses and networks, sorted. */
  readonly sources: readonly string[];
  /** What listens there. */
  readonly why: string;
}

/** Everything that is not for a member of the cluster, or not only. */
const EVERYWHERE = ["0.0.0.0/0", "::/0"];
const SCRAPER = "prometheus";

/**
 * Every open port of every node: the firewall's rules and `minicluster firewall` are both this table.
 * Sorted by node, port, protocol, source.
 */
export function openPorts(cluster: ClusterModel, placement: Placement): OpenPort[] {
  return cluster.nodes.flatMap((node) =>
    [
      sshPort(cluster, node),
      // Answers of a DHCPv6 server, from the node's own link; no program of ours listens.
      { node: node.name, port: 546, protocol: "udp", from: "its link", sources: ["fe80::/10"], why: "DHCPv6" } as const,
      ...servicePorts(cluster, placement, node),
    ].sort(byPort),
  );
}

/** May a node reach the port of a service, wherever that runs? */
export function mayReach(placement: Placement, node: string, service: ServiceModel, port: number): boolean {
  const peers = peersOf(service, port);
  return peers.includes("everywhere") || peers.includes("all") || peers.some((peer) => placement.hosts[peer]?.includes(node));
}

function sshPort({ ssh }: ClusterModel, node: NodeModel): OpenPort {
  const { port, allowFrom } = ssh;
  return {
    node: node.name,
    port,
    protocol: "tcp",
    from: allowFrom?.join(" ") ?? "everywhere",
    sources: allowFrom ?? EVERYWHERE,
    why: "SSH",
  };
}

function servicePorts(cluster: ClusterModel, placement: Placement, node: NodeModel): OpenPort[] {
  const here = cluster.services.filter((service) => placement.hosts[service.name]?.includes(node.name));
  return here.flatMap((service) =>
    listeningPorts(service).flatMap((port) =>
      peersOf(service, port).flatMap((peer): OpenPort[] => {
        const sources = addressesOf(cluster, placement, peer);
        const from = peer === "everywhere" ? peer : peer === "all" ? "all nodes" : `nodes of ${peer}`;
        return sources.length === 0 ? [] : [{ node: node.name, port, protocol: "tcp", from, sources, why: service.name }];
      }),
    ),
  );
}

/** The widest source alone where it covers the others; else services by name. */
function peersOf(service: ServiceModel, port: number): readonly string[] {
  const said: Peers = service.allowFrom[port] ?? [];
  if (typeof said === "string") return [said];
  const measured = service.monitoringEndpoints.some((endpoint) => endpoint.port === port);
  return [...new Set([...said, ...(measured ? [SCRAPER] : [])])].sort();
}

function addressesOf(cluster: ClusterModel, placement: Placement, peer: string): string[] {
  if (peer === "everywhere") return EVERYWHERE;
  const nodes = cluster.nodes.filter((node) => peer === "all" || placement.hosts[peer]?.includes(node.name));
  return nodes.flatMap((node) => node.addresses).sort();
}

function byPort(a: OpenPort, b: OpenPort): number {
  return (
    a.port - b.port || (a.protocol < b.protocol ? -1 : a.protocol > b.protocol ? 1 : 0) || (a.from < b.from ? -1 : a.from > b.from ? 1 : 0)
  );
}
