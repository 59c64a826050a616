import { type HostKey, hasFingerprint, shortType } from "./host-keys";

/** What is known of a machine's keys before anybody is asked. */
export type Standing =
  /** One of its keys is known, none contradicts. */
  | { readonly kind: "known"; readonly confirmed: HostKey }
  | { readonly kind: "new" }
  /** A known key is not among those that the machine shows. */
  | { readonly kind: "changed"; readonly known: readonly HostKey[] };

/** Compares the keys that a machine shows with the known ones. A type that it shows with another key is a changed key. */
export function standingOf(shown: readonly HostKey[], known: readonly HostKey[]): Standing {
  if (known.length === 0) return { kind: "new" };
  const same = shown.find((key) => known.some((each) => each.text === key.text));
  const other = known.filter((each) => shown.some((key) => key.type === each.type) && !shown.some((key) => key.text === each.text));
  return same !== undefined && other.length === 0 ? { kind: "known", confirmed: same } : { kind: "changed", known };
}

/** What a person answered to the question whether the fingerprints are right. */
export function readAnswer(answer: string, shown: readonly HostKey[]): readonly HostKey[] {
  if (/^y(es)?$/i.test(answer.trim())) return shown;
  return shown.filter((key) => hasFingerprint(key, answer));
}

/**
 * The keys to keep when only some were confirmed and the machine would not tell the rest: those, and known ones that it
 * still shows.
 */
export function keysToKeep(confirmed: readonly HostKey[], shown: readonly HostKey[], known: readonly HostKey[]): HostKey[] {
  const texts = new Set([...confirmed, ...known].map((key) => key.text));
  return shown.filter((key) => texts.has(key.text));
}

/** Terraform checks the first of the keys that a machine shows, and no other. */
export function missingForTerraform(kept: readonly HostKey[], shown: readonly HostKey[]): HostKey | undefined {
  const [first] = shown;
  return first === undefined || kept.some((key) => key.text === first.text) ? undefined : first;
}

/** One line per key: kind and fingerprint. */
export function keyLines(keys: readonly HostKey[]): string {
  return keys.map((key) => `  ${shortType(key.type).padEnd(8)}${key.fingerprint}`).join("\n");
}
