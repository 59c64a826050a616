import { createHash } from "node:crypto";

/** A host's public key. */
export interface HostKey {
  /** e.g. `ssh-ed25519` */
  readonly type: string;
  /** As known_hosts has it: `type base64`. */
  readonly text: string;
  /** As `ssh-keygen -l` shows it, e.g. `SHA256:uNiV...`. */
  readonly fingerprint: string;
}

/** Kinds that ssh and Terraform agree on, the one that Terraform checks first. */
const TYPES = ["ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa", "ssh-ed25519"];

/**
 * Reads public keys: lines of ssh-keyscan (`host type base64`) or of .pub files (`type base64 comment`); anything else is
 * passed over. Each key once, the one that Terraform checks first.
 */
export function parseHostKeys(text: string): HostKey[] {
  const keys = new Map<string, HostKey>();
  for (const line of text.split("\n")) {
    const words = line.trim().split(/\s+/);
    const at = words.slice(0, 2).findIndex((word) => TYPES.includes(word));
    const [type, blob] = at < 0 ? [] : words.slice(at);
    if (type === undefined || blob === undefined || !/^[A-Za-z0-9+/]+=*$/.test(blob)) continue;
    keys.set(`${type} ${blob}`, hostKey(type, blob));
  }
  return [...keys.values()].sort((a, b) => TYPES.indexOf(a.type) - TYPES.indexOf(b.type));
}

/** Is it the key with this fingerprint? With or without `SHA256:` and the padding. */
export function hasFingerprint(key: HostKey, fingerprint: string): boolean {
  return (
    `SHA256:${fingerprint
      .trim()
      .replace(/^SHA256:/i, "")
      .replace(/=+$/, "")}` === key.fingerprint
  );
}

/** What ssh's HostKeyAlgorithms calls keys of a type. */
export function algorithmsOf(type: string): string[] {
  return type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [type];
}

/** `ED25519` and the like, as ssh-keygen names them. */
export function shortType(type: string): string {
  return type
    .replace(/^ssh-/, "")
    .replace(/-sha2-.*/, "")
    .toUpperCase();
}

function hostKey(type: string, blob: string): HostKey {
  const digest = createHash("sha256").update(Buffer.from(blob, "base64")).digest("base64").replace(/=+$/, "");
  return { type, text: `${type} ${blob}`, fingerprint: `SHA256:${digest}` };
}
