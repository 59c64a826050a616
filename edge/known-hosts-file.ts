import { existsSync, mkdirSync, realpathSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { ClusterModel } from "../constructs/config";
import { authorityLine, hostNames } from "../constructs/services/ssh-known-hosts";
import { namesHost } from "./known-hosts";

/**
 * A known_hosts text in which a host has exactly these keys. Other hosts, comments, CAs and revoked keys stay as they are.
 * @param name as `knownHostsName` gives it
 * @param keys `type base64` each
 */
export function withKeys(knownHosts: string, name: string, keys: readonly string[]): string {
  const others = knownHosts
    .split("\n")
    .filter((line, index, all) => line !== "" || index < all.length - 1)
    .flatMap((line) => withoutHost(line, name));
  return [...others, ...keys.map((key) => `${name} ${key}`), ""].join("\n");
}

/**
 * A known_hosts text in which a CA counts for exactly these names. Other CAs, and every raw key, stay as they are.
 * @param ca `type base64`
 */
export function withAuthority(knownHosts: string, ca: string, names: readonly string[]): string {
  const others = knownHosts
    .split("\n")
    .filter((line, index, all) => line !== "" || index < all.length - 1)
    .filter((line) => !isAuthority(line, ca));
  return [...others, authorityLine(ca, names), ""].join("\n");
}

function isAuthority(line: string, ca: string): boolean {
  const [marker, , type, blob] = line.trim().split(/\s+/);
  return marker === "@cert-authority" && `${type} ${blob}` === ca;
}

/** The line without the host; nothing where it named no other. */
function withoutHost(line: string, name: string): string[] {
  const [hosts = "", ...rest] = line.trim().split(/\s+/);
  if (/^(|#.*|@.*)$/.test(hosts) || !namesHost(hosts, name)) return [line];
  const others = hosts.split(",").filter((host) => !namesHost(host, name));
  return others.length === 0 ? [] : [[others.join(","), ...rest].join(" ")];
}

/** Has the operator's ssh accept what the cluster's host CA has certified, for the names of its nodes. */
export function trustAuthority(model: ClusterModel, knownHosts: string, ca: string): void {
  const names = model.nodes.flatMap((node) => hostNames(model, node));
  const text = withAuthority(knownHosts, ca, [...new Set(names)]);
  if (text !== knownHosts) writeKnownHosts(model.ssh.knownHostsFile, text);
}

/** Writes the file as a whole or not at all; readable by its owner only, like its folder if that is new. */
export function writeKnownHosts(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // A link stays a link.
  const target = existsSync(path) ? realpathSync(path) : path;
  const part = `${target}.${process.pid}.part`;
  writeFileSync(part, text, { mode: 0o600 });
  renameSync(part, target);
}
