import type { RemoteExecProvisioner, SSHProvisionerConnection } from "cdktf";
import { confirmedPaths, manifestDigest } from "../payload/manifest";
import type { Payload } from "../payload/payload";
import { ACTIVATE_PATH } from "../payload/render";
import { CONFIRM_TRIGGER } from "../payload/triggers";
import { terraformText } from "./terraform-text";

/** Below the SSH user's home, which is theirs alone. */
const SCRIPT_PATH = "./.minicluster/confirm";
/** The node waits for a minute, and goes back then: we go on until it lets us in again, to hear what it did. */
const PATIENCE = "3m";

/**
 * Does a delivery change something by which the node is reached? Asked at synthesis, so that any other delivery costs no
 * connection more; the node itself refuses such a change where none is announced.
 * @param triggers of the delivery to come
 * @param delivered those of the one that the node took last; unknown: yes
 */
export function needsConfirmation(
  payload: Payload,
  triggers: Readonly<Record<string, string>>,
  delivered: Readonly<Record<string, string>> | undefined,
): boolean {
  return [...confirmedPaths(payload), CONFIRM_TRIGGER, "redeliver"].some((key) => triggers[key] !== delivered?.[key]);
}

/** A provisioner of its own makes a connection of its own: that it comes through is the confirmation. */
export function confirmDelivery(payload: Payload, connection: SSHProvisionerConnection): RemoteExecProvisioner {
  return {
    type: "remote-exec",
    inline: [
      terraformText('as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n -- "$@"; fi; }'),
      `as_root ${ACTIVATE_PATH} --confirm ${manifestDigest(payload)}`,
    ],
    connection: { ...connection, scriptPath: SCRIPT_PATH, timeout: PATIENCE } as SSHProvisionerConnection,
  };
}
