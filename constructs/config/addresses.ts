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
