import { isIP, isIPv4 } from "node:net";

/** The one spelling of an address: IPv6 in lower case, shortest form. `undefined` for what is no address. */
export function canonicalAddress(text: string): string | undefined {
  switch (isIP(text)) {
    case 4:
      return text;
    case 6:
      // A zone (fe80::1%eth0) means something on one machine only.
      return text.includes("%") ? undefined : new URL(`http://[${text}]/`).hostname.slice(1, -1);
    default:
      return undefined;
  }
}

/** Why other nodes cannot reach the address, or `undefined`. Takes the canonical spelling. */
export function unreachable(address: string): string | undefined {
  if (isIPv4(address)) {
    const first = Number(address.split(".")[0]);
    if (first === 0) return "no machine's address";
    if (first === 127) return "a loopback address";
    if (first >= 224) return "no address of one machine";
    return address.startsWith("169.254.") ? "a link-local address" : undefined;
  }
  if (address === "::") return "no machine's address";
  if (address === "::1") return "a loopback address";
  if (address.startsWith("::ffff:")) return "an IPv4 address written as IPv6";
  if (/^ff/.test(address)) return "a multicast address";
  return /^fe[89ab]/.test(address) ? "a link-local address" : undefined;
}

/** The one spelling of an address or a network, e.g. `10.0.0.0/8`. `undefined` for what is neither. */
export function canonicalNetwork(text: string): string | undefined {
  const [, base = "", length] = /^([^/]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  const address = canonicalAddress(base);
  if (address === undefined || length === undefined) return address;
  return Number(length) > (isIPv4(address) ? 32 : 128) ? undefined : `${address}/${length}`;
}

/** Is the address the first one of its network? Others are most likely slips. Takes the canonical spelling. */
export function isWholeNetwork(network: string): boolean {
  const [address = "", length] = network.split("/");
  if (length === undefined) return true;
  const { bits, value } = number(address);
  return value % 2n ** BigInt(bits - Number(length)) === 0n;
}

function number(address: string): { bits: number; value: bigint } {
  if (isIPv4(address)) return { bits: 32, value: address.split(".").reduce((sum, part) => sum * 256n + BigInt(part), 0n) };
  const [head = "", tail] = address.split("::");
  const groups = (part = "") => part.split(":").filter(Boolean);
  const missing = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length;
  const all = [...groups(head), ...Array<string>(missing).fill("0"), ...groups(tail)];
  return { bits: 128, value: all.reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n) };
}
