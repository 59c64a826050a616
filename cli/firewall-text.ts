import type { ClusterModel } from "../constructs/config";
import type { OpenPort } from "../constructs/services/firewall-table";
import { table } from "./table";

/** What `firewall --json` prints; docs/commands.md is the contract. */
export interface FirewallReport {
  readonly domain: string;
  /** Sorted by node, port, protocol, source. */
  readonly ports: readonly OpenPort[];
}

export function firewallReport({ domain }: ClusterModel, ports: readonly OpenPort[]): FirewallReport {
  return { domain, ports };
}

/** A line for each row, the node's name once. */
export function firewallText(ports: readonly OpenPort[], width?: number): string {
  return table(
    ["NODE", "PORT", "PROTOCOL", "FROM", "WHY"],
    ports.map(({ node, port, protocol, from, why }, index) => [
      ports[index - 1]?.node === node ? "" : node,
      String(port),
      protocol,
      from,
      why,
    ]),
    width,
  );
}
