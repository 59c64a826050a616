import type { ClusterModel, NodeModel } from "../config";

/** `<service>.<domain>`: what clients look up and verify. */
export function serviceName(cluster: ClusterModel, service: string): string {
  return `${service}.${cluster.domain}`;
}

/** `<host>.<service>.<domain>`: one instance, as SRV records point to it. */
export function instanceName(cluster: ClusterModel, node: NodeModel, service: string): string {
  return `${node.name}.${service}.${cluster.domain}`;
}

/** `<host>.<domain>` */
export function hostName(cluster: ClusterModel, node: NodeModel): string {
  return `${node.name}.${cluster.domain}`;
}

/** An address as it stands in a URL: IPv6 in brackets. */
export function urlHost(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
