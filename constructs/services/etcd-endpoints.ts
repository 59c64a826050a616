import type { RenderContext } from "./definition";
import { urlHost } from "./names";

export const ETCD_CLIENT_PORT = 2379;

/** Where a member answers clients. */
export function etcdUrl(address: string): string {
  return `https://${urlHost(address)}:${ETCD_CLIENT_PORT}`;
}

/** Every member by address: what speaks to etcd depends on no name. */
export function etcdUrls(context: RenderContext): string[] {
  return context.nodesOf("etcd").map((node) => etcdUrl(node.addresses[0]));
}
