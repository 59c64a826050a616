import { readFileSync, statSync } from "node:fs";
import { knownKeys } from "../edge/known-hosts";
import { UserError } from "../edge/user-error";
import type { SshTarget } from "./ssh";

/** Text of the known_hosts file; empty where there is none. */
export function readKnownHosts(path: string): string {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path, "utf8") : "";
}

/** @throws UserError that says how to trust the node, which ssh's own message does not */
export function requireTrust({ node, address, port, knownHostsFile }: SshTarget): void {
  if (knownKeys(readKnownHosts(knownHostsFile), address, port).length > 0) return;
  throw new UserError(
    `${node}: no host key of ${address} in ${knownHostsFile}; compare its fingerprint and run: npx minicluster trust ${node}`,
  );
}
