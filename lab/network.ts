import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { isIPv4 } from "node:net";
import { join } from "node:path";
import { enableForwarding, raiseLimits, refuseUsedNetworks, restoreForwarding } from "./host";
import { run, tryRun } from "./run";
import type { Subnets } from "./subnet";

export interface NetworkProps {
  /** Name of the bridge and of the nftables table. */
  readonly bridge: string;
  /** Who it is for, e.g. `lab "minicluster"`; stands in other labs' errors. */
  readonly label: string;
  readonly subnets: Subnets;
  /** Port of the package cache on 127.0.0.1; without it the machines ask the mirrors themselves. */
  readonly aptCachePort?: number;
}

/** Where the machines find the package cache, on the bridge's address. */
export const APT_CACHE_PORT = 3142;

/** Makes bridge, addresses, NAT and forwarding, or brings what is there to that. Errors: a network in use. */
export async function networkUp(props: NetworkProps): Promise<void> {
  const { bridge, subnets } = props;
  await refuseUsedNetworks(subnets, bridge);
  enableForwarding(bridge, props.label);
  raiseLimits();
  if (!bridgeExists(bridge)) await run("ip", ["link", "add", bridge, "type", "bridge"]);
  await run("ip", ["address", "replace", `${subnets.ipv4.gateway}/24`, "dev", bridge]);
  // Without duplicate address detection: it would hold the address back for a second.
  if (subnets.ipv6) await run("ip", ["address", "replace", `${subnets.ipv6.gateway}/64`, "dev", bridge, "nodad"]);
  await run("ip", ["link", "set", bridge, "up"]);
  // What the bridge redirects to 127.0.0.1 would be dropped as martian otherwise; the table's input chain drops the rest.
  writeFileSync(`/proc/sys/net/ipv4/conf/${bridge}/route_localnet`, "1");
  await run("nft", ["--file", "-"], { input: nftables(props) });
}

/** Removes all of it; what is gone already is no error. */
export async function networkDown(bridge: string): Promise<void> {
  if (bridgeExists(bridge)) await run("ip", ["link", "delete", bridge]);
  if (await tableExists(bridge)) await run("nft", ["delete", "table", "inet", bridge]);
  restoreForwarding(bridge);
}

export function bridgeExists(bridge: string): boolean {
  return existsSync(join("/sys/class/net", bridge));
}

async function tableExists(bridge: string): Promise<boolean> {
  return (await tryRun("nft", ["list", "table", "inet", bridge])).code === 0;
}

/** The whole table, replaced in one transaction. */
function nftables({ bridge, subnets, aptCachePort }: NetworkProps): string {
  const redirects: string[] = [];
  const redirect = (match: string, to: string) =>
    redirects.push(`iifname "${bridge}" ip daddr ${subnets.ipv4.gateway} ${match} dnat ip to ${to}`);
  if (aptCachePort !== undefined) redirect(`tcp dport ${APT_CACHE_PORT}`, `127.0.0.1:${aptCachePort}`);
  const loopback = hostNameservers().find((address) => isIPv4(address) && isLoopback(address));
  if (loopback) for (const protocol of ["udp", "tcp"]) redirect(`${protocol} dport 53`, loopback);
  return `
table inet ${bridge}
delete table inet ${bridge}
table inet ${bridge} {
  chain prerouting {
    type nat hook prerouting priority dstnat;
    ${redirects.join("\n    ")}
  }
  chain postrouting {
    type nat hook postrouting priority srcnat;
    ip saddr ${subnets.ipv4.network} oifname != "${bridge}" masquerade
  }
  chain input {
    type filter hook input priority filter;
    iifname "${bridge}" ip daddr 127.0.0.0/8 ct status ! dnat drop
  }
}
`;
}

/** Name servers for the machines: the host's own; where that one listens on loopback only, the bridge redirects to it. */
export function machineNameservers(subnets: Subnets): string[] {
  const reachable = hostNameservers().filter((address) => isIPv4(address) && !isLoopback(address));
  return reachable.length > 0 ? reachable : [subnets.ipv4.gateway];
}

function hostNameservers(): string[] {
  return readFileSync("/etc/resolv.conf", "utf8")
    .split("\n")
    .flatMap((line) => /^\s*nameserver\s+(\S+)/.exec(line)?.[1] ?? []);
}

function isLoopback(address: string): boolean {
  return address.startsWith("127.");
}
