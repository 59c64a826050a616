import { createHmac } from "node:crypto";

/**
 * In the order in which Terraform's client asks for them: it takes the server's ECDSA key where there is one, and a
 * pinned key of another kind would never match.
 */
const PREFERENCE = ["ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa", "ssh-ed25519"];

/**
 * The key that Terraform must pin for a host.
 * @param knownHosts text of a known_hosts file, hashed names included
 * @returns e.g. `ecdsa-sha2-nistp256 AAAA...`, or undefined for an unknown host
 * @see sshd(8), SSH_KNOWN_HOSTS FILE FORMAT
 */
export function pinnedKey(knownHosts: string, address: string, port: number): string | undefined {
  const keys = knownKeys(knownHosts, address, port)
    .map((text) => ({ rank: PREFERENCE.indexOf(text.split(" ")[0] ?? ""), text }))
    .filter(({ rank }) => rank >= 0);
  return keys.sort((a, b) => a.rank - b.rank)[0]?.text;
}

/** Every key of a host, e.g. `ssh-ed25519 AAAA...`, in the order of the file; lines of CAs and revoked keys aside. */
export function knownKeys(knownHosts: string, address: string, port: number): string[] {
  const name = knownHostsName(address, port);
  return knownHosts
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#") && !line.startsWith("@"))
    .map((line) => line.split(/\s+/))
    .filter(([hosts = "", type, key]) => type !== undefined && key !== undefined && namesHost(hosts, name))
    .map(([, type, key]) => `${type} ${key}`);
}

/** As ssh writes it: a port other than 22 is part of the name. */
export function knownHostsName(address: string, port: number): string {
  return port === 22 ? address.toLowerCase() : `[${address.toLowerCase()}]:${port}`;
}

/** Does the first field of a line name the host? Wildcards are not ours to write, and not understood. */
export function namesHost(hosts: string, name: string): boolean {
  return hosts.split(",").some((each) => {
    const [, scheme, salt, hash] = each.split("|");
    if (scheme !== "1" || salt === undefined) return each.toLowerCase() === name;
    return createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest("base64") === hash;
  });
}
