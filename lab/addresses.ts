import { isIPv4, isIPv6 } from "node:net";
import { LabError } from "./error";

/** A network of one family: its first address as a number, and how many leading bits are fixed. */
export interface Network {
  readonly family: 4 | 6;
  readonly base: bigint;
  readonly prefix: number;
}

const BITS = { 4: 32, 6: 128 } as const;

/** The number that an address stands for; an error for anything that is no IPv4 or IPv6 address. */
export function parseAddress(text: string): { family: 4 | 6; value: bigint } {
  if (isIPv4(text)) {
    return { family: 4, value: text.split(".").reduce((value, part) => (value << 8n) | BigInt(part), 0n) };
  }
  if (!isIPv6(text) || text.includes("%")) throw new LabError(`"${text}" is not an IP address`);
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const plain = dotted ? `${dotted[1]}${hexPair(parseAddress(dotted[2] as string).value)}` : text;
  const [head = "", tail] = plain.split("::");
  const left = head.split(":").filter(Boolean);
  const right = (tail ?? "").split(":").filter(Boolean);
  const zeros = Array<string>(8 - left.length - right.length).fill("0");
  return { family: 6, value: [...left, ...zeros, ...right].reduce((value, part) => (value << 16n) | BigInt(`0x${part}`), 0n) };
}

function hexPair(value: bigint): string {
  return `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`;
}

/** The usual way to write an address; IPv6 with its longest run of zeros left out. */
export function formatAddress(family: 4 | 6, value: bigint): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join(".");
  const groups = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16));
  // The URL parser of the platform writes IPv6 addresses in their canonical form.
  return new URL(`http://[${groups.join(":")}]/`).hostname.slice(1, -1);
}

export function networkOf(address: string, prefix: number): Network {
  const { family, value } = parseAddress(address);
  const shift = BigInt(BITS[family] - prefix);
  return { family, base: (value >> shift) << shift, prefix };
}

export function contains(network: Network, address: string): boolean {
  const { family } = parseAddress(address);
  return family === network.family && networkOf(address, network.prefix).base === network.base;
}

export function overlap(a: Network, b: Network): boolean {
  if (a.family !== b.family) return false;
  const shift = BigInt(BITS[a.family] - Math.min(a.prefix, b.prefix));
  return a.base >> shift === b.base >> shift;
}

export function formatNetwork(network: Network): string {
  return `${formatAddress(network.family, network.base)}/${network.prefix}`;
}

/** The address at `offset` inside a network, e.g. 254 for the last host of a /24. */
export function addressAt(network: Network, offset: bigint): string {
  return formatAddress(network.family, network.base + offset);
}
