import type { ClusterModel, NodeModel } from "../config";

/** Below it lie the records of the cluster's services, as CoreDNS's plugin etcd reads them; ends in a slash. */
export function recordPrefix(cluster: ClusterModel): string {
  return `/skydns/${cluster.domain.split(".").reverse().join("/")}/`;
}

/** The key of one instance: `<service>.<domain>` has one leaf for each. What it holds: servicereg-record. */
export function recordKey(cluster: ClusterModel, service: string, node: NodeModel): string {
  return `${recordPrefix(cluster)}${service}/${node.name}`;
}
