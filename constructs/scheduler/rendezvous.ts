import { createHash } from "node:crypto";

/** 64 bits of a name's SHA-256, as two unsigned words. */
export interface Digest {
  readonly high: number;
  readonly low: number;
}

/** The digest of a name; `kind` keeps a service and a node of one name apart. */
export function digestOf(kind: "service" | "node", name: string): Digest {
  const bytes = createHash("sha256").update(`${kind}:${name}`).digest();
  return { high: bytes.readUInt32BE(0), low: bytes.readUInt32BE(4) };
}

/**
 * How much a service likes a node: an unsigned 32-bit number that depends on the two names only, so that a node that comes
 * or goes changes no other node's score. Both names are hashed once and the digests mixed per pair, since a million SHA-256
 * of pairs (1,000 services x 1,000 nodes) would take seconds.
 */
export function score(service: { readonly digest: Digest }, node: { readonly digest: Digest }): number {
  const a = service.digest;
  const b = node.digest;
  return mix((mix(a.high ^ b.high) + (a.low ^ b.low)) | 0) >>> 0;
}

/** The finaliser of MurmurHash3: every bit of the input changes half the bits of the output. */
function mix(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
