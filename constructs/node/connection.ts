import { Fn, type SSHProvisionerConnection } from "cdktf";
import type { NodeModel, SshModel } from "../config";

/** Connecting only; what runs afterwards has its own limits. */
const CONNECT_TIMEOUT = "30s";

/**
 * How Terraform reaches a node. The host key is always checked: an empty one would accept any.
 * @param hostKey one line of known_hosts without the host, e.g. `ecdsa-sha2-nistp256 AAAA...`
 */
export function sshConnection(ssh: SshModel, node: NodeModel, hostKey: string): SSHProvisionerConnection {
  return {
    type: "ssh",
    host: node.sshAddress,
    user: ssh.user,
    port: ssh.port,
    hostKey,
    timeout: CONNECT_TIMEOUT,
    // Terraform forwards an agent that it uses; with a key file it needs none.
    ...(ssh.privateKeyFile === undefined ? { agent: "true" } : { agent: "false", privateKey: Fn.file(ssh.privateKeyFile) }),
  } as SSHProvisionerConnection;
}
