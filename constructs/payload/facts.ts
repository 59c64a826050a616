import { type ClusterModel, listeningPorts, type NodeModel } from "../config";
import type { Placement } from "../scheduler/placement";
import type { ContributedFile } from "../services/definition";
import { mayReach } from "../services/firewall-table";
import type { InstanceAddress } from "./payload";

/** Static discovery on every node: who runs what and where, for programs and for shell scripts. None of it restarts anything. */
export function factFiles(cluster: ClusterModel, placement: Placement, node: NodeModel): Record<string, ContributedFile> {
  return {
    "/etc/minicluster/services.json": { content: json(services(cluster, placement)) },
    "/etc/minicluster/hosts.json": { content: json(hosts(cluster)) },
    "/etc/minicluster/enabled.env": { content: enabled(cluster, placement, node) },
  };
}

/** service -> its hosts, their addresses (the first is the cluster's), its ports. */
function services(cluster: ClusterModel, placement: Placement) {
  const addresses = new Map(cluster.nodes.map((node) => [node.name, node.addresses]));
  return Object.fromEntries(
    cluster.services.map((service) => {
      const names = placement.hosts[service.name] ?? [];
      return [
        service.name,
        { hosts: names, addresses: Object.fromEntries(names.map((name) => [name, addresses.get(name)])), ports: listeningPorts(service) },
      ];
    }),
  );
}

/** host -> addresses, groups, roles. A core node has the common role too. */
function hosts(cluster: ClusterModel) {
  return Object.fromEntries(
    cluster.nodes.map((node) => [
      node.name,
      { addresses: node.addresses, groups: node.groups, roles: node.groups.includes("core") ? ["core", "common"] : ["common"] },
    ]),
  );
}

function enabled(cluster: ClusterModel, placement: Placement, node: NodeModel): string {
  return cluster.services
    .map((service) => `enable_${service.name.replaceAll("-", "_")}=${placement.hosts[service.name]?.includes(node.name) === true}\n`)
    .join("");
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/**
 * Where each instance answers. A service's first port counts.
 * @param asking the port is left out where this node may not reach it
 */
export function instanceAddresses(cluster: ClusterModel, placement: Placement, asking?: NodeModel): InstanceAddress[] {
  const addresses = new Map(cluster.nodes.map((node) => [node.name, node.addresses[0]]));
  return cluster.services.flatMap((service) => {
    const port = service.ports[0] ?? listeningPorts(service)[0];
    const known = port !== undefined && (asking === undefined || mayReach(placement, asking.name, service, port));
    return (placement.hosts[service.name] ?? []).map((host) => ({
      service: service.name,
      host,
      address: addresses.get(host) ?? host,
      ...(known ? { port } : {}),
    }));
  });
}
