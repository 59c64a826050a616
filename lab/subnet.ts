import { addressAt, contains, formatNetwork, networkOf, parseAddress } from "./addresses";
import { LabError } from "./error";

/** The network of one family that a lab's bridge carries. */
export interface Subnet {
  /** E.g. `10.77.1.0/24`. */
  readonly network: string;
  /** The host's own address on the bridge, and the machines' way out. */
  readonly gateway: string;
}

export interface Subnets {
  readonly ipv4: Subnet;
  readonly ipv6?: Subnet;
}

/** Prefix length, and offset of the bridge's address: the last host of a /24, a high one of a /64. */
const LAYOUT = { 4: { prefix: 24, offset: 254n }, 6: { prefix: 64, offset: 0xffffn } } as const;

export interface Addressed {
  readonly name: string;
  readonly addresses: readonly string[];
}

/**
 * The bridge's networks, from the machines' addresses: the /24 of the first IPv4 address, the /64 of the first IPv6
 * one. Errors: no IPv4 address, an address outside, one that two machines or the bridge want.
 */
export function subnetsOf(machines: readonly Addressed[]): Subnets {
  const owners = new Map<string, string>();
  const found: { 4?: Subnet; 6?: Subnet } = {};
  for (const machine of machines) {
    for (const address of machine.addresses) {
      const { family, value } = parseAddress(address);
      const { prefix, offset } = LAYOUT[family];
      const network = networkOf(address, prefix);
      found[family] ??= { network: formatNetwork(network), gateway: addressAt(network, offset) };
      const subnet = found[family];
      if (subnet.network !== formatNetwork(network)) {
        throw new LabError(
          `${machine.name}: ${address} is outside ${subnet.network}; a lab has one network: give all machines addresses in it`,
        );
      }
      if (value === parseAddress(subnet.gateway).value) {
        throw new LabError(`${machine.name}: ${address} is the lab's own address on its bridge; give the machine another`);
      }
      const key = `${family} ${value}`;
      if (owners.has(key))
        throw new LabError(`${machine.name}: ${address} belongs to ${owners.get(key)} already; give each machine its own`);
      owners.set(key, machine.name);
    }
    if (!machine.addresses.some((address) => parseAddress(address).family === 4)) {
      throw new LabError(`${machine.name} has no IPv4 address; a lab machine needs one to reach the package mirror`);
    }
  }
  if (!found[4]) throw new LabError("a lab needs at least one machine");
  return { ipv4: found[4], ...(found[6] ? { ipv6: found[6] } : {}) };
}

/** Is every address inside the networks that a lab has already? */
export function covers(subnets: Subnets, machine: Addressed): boolean {
  const networks = [subnets.ipv4, subnets.ipv6].flatMap((subnet) => (subnet ? [parseNetwork(subnet.network)] : []));
  return machine.addresses.every((address) => networks.some((network) => contains(network, address)));
}

/** Reads `10.0.0.0/24`; an address alone is a network of one. */
export function parseNetwork(text: string) {
  const [address = "", prefix] = text.split("/");
  return networkOf(address, prefix === undefined ? (parseAddress(address).family === 4 ? 32 : 128) : Number(prefix));
}
