import { gzipSync } from "node:zlib";
import { createTar, type TarFileInput } from "nanotar";
import { manifest, type RolloutPosition, sha256 } from "./manifest";
import type { Payload } from "./payload";
import { ACTIVATE_PATH } from "./render";

export interface BundleOptions {
  readonly rollout?: RolloutPosition;
  /** The deploy that founds the cluster. Not part of what a diff shows: it changes nothing on a node that lives. */
  readonly bootstrap?: boolean;
  /** Will a new connection confirm what the node is reached by? Not part of what a diff shows either. */
  readonly willConfirm?: boolean;
  /** Where the SSH user's credentials were staged, below the home. */
  readonly stagedCredentials: string;
}

/**
 * A shell script that holds a payload and activates it: the same bytes for the same payload, nothing secret in it.
 * Contents are named by their digest, so that no path of a node ever meets tar.
 */
export function selfExtractingBundle(payload: Payload, options: BundleOptions): string {
  const archive = gzipSync(createTar(entries(payload, options)), { level: 9 });
  return `${prologue(payload.node, options)}${(archive.toString("base64").match(/.{1,120}/g) ?? []).join("\n")}\n`;
}

function entries(payload: Payload, options: BundleOptions): TarFileInput[] {
  const blobs = new Map(Object.values(payload.files).map((file) => [sha256(file.content), file.content]));
  const attributes = (mode: string) => ({ attrs: { mode, mtime: 0, uid: 0, gid: 0, user: "root", group: "root" } });
  const activate = payload.files[ACTIVATE_PATH];
  return [
    { name: "manifest", data: manifest(payload, options.rollout), ...attributes("600") },
    ...(activate === undefined ? [] : [{ name: "minicluster-activate", data: new Uint8Array(activate.content), ...attributes("700") }]),
    { name: "blobs/", ...attributes("700") },
    ...[...blobs]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([digest, content]) => ({ name: `blobs/${digest}`, data: new Uint8Array(content), ...attributes("600") })),
  ];
}

/** Runs as the SSH user; everything that matters happens as root, in a folder that only root can write. */
function prologue(node: string, options: BundleOptions): string {
  return `#!/bin/sh
# minicluster: what ${node} should hold. Unpacks itself and runs its minicluster-activate.
set -eu
umask 077
as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n -- "$@"; fi; }
as_root mkdir -p -m 0700 /var/lib/minicluster
# What connections lost in the middle of unpacking have left.
as_root find /var/lib/minicluster -maxdepth 1 -name 'incoming.*' -mmin +60 -exec rm -rf {} +
incoming=$(as_root mktemp -d /var/lib/minicluster/incoming.XXXXXX)
if ! sed '1,/^__BUNDLE__$/d' "$0" | base64 -d | as_root tar -xzf - --no-same-owner -C "$incoming"; then
    as_root rm -rf "$incoming"
    echo "${node}: the bundle could not be unpacked; nothing was changed" >&2
    exit 1
fi
status=0
as_root /bin/sh "$incoming/minicluster-activate" "$incoming" --staged "$HOME/${options.stagedCredentials}"${flags(options)} || status=$?
rm -f -- "$0"
exit "$status"
__BUNDLE__
`;
}

function flags({ bootstrap, willConfirm }: BundleOptions): string {
  return `${bootstrap ? " --bootstrap" : ""}${willConfirm ? " --will-confirm" : ""}`;
}
