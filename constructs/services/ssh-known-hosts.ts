import type { ClusterModel, NodeModel } from "../config";
import { hostName } from "./names";

/** A node as known_hosts files know it. */
export interface KnownNode {
  readonly names: readonly string[];
  /** Has it a certificate by the host CA? */
  readonly certified: boolean;
  /** Its pinned host key, `type base64`. @default - nobody has trusted it yet */
  readonly pinned?: string;
}

/** The names by which a node is reached over SSH, and which its certificate proves. */
export function principalsOf(cluster: ClusterModel, node: NodeModel): string[] {
  return [...new Set([node.name, hostName(cluster, node), ...node.addresses, node.sshAddress])];
}

/** The same, as known_hosts has them: another port than 22 is part of a name. */
export function hostNames(cluster: ClusterModel, node: NodeModel): string[] {
  const { port } = cluster.ssh;
  return principalsOf(cluster, node).flatMap((name) => (port === 22 ? [name] : [name, `[${name}]:${port}`]));
}

/** The CA counts for these names and no others. */
export function authorityLine(ca: string, names: readonly string[]): string {
  return `@cert-authority ${names.join(",")} ${ca}`;
}

/** /etc/ssh/ssh_known_hosts of every node: the CA, and the keys of nodes that it has not certified. */
export function knownHostsFile(ca: string, nodes: readonly KnownNode[]): string {
  const lines = nodes.flatMap(({ names, certified, pinned }) => {
    if (certified) return [authorityLine(ca, names)];
    return pinned === undefined ? [] : [`${names.join(",")} ${pinned}`];
  });
  return ["# The nodes of this cluster, by the certificates of their host keys. A deploy writes it anew.", ...lines, ""].join("\n");
}
