import type { ClusterModel, NodeModel } from "../constructs/config";
import { urlHost } from "../constructs/services/names";

/** Where and how a node is reached. */
export interface SshTarget {
  readonly node: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Absolute; without it the agent is used. */
  readonly privateKeyFile?: string;
  readonly knownHostsFile: string;
}

export interface SshOptions {
  /** A person is there to be asked. @default false */
  readonly interactive?: boolean;
  /** Accept host keys of these kinds only. @default - ssh's own choice among the known ones */
  readonly hostKeyAlgorithms?: readonly string[];
  /** Runs nothing, and leads a socket of this machine to a port that the node reaches. @default - none */
  readonly tunnel?: Tunnel;
}

export interface Tunnel {
  /** Absolute; nobody but this user can connect to it. */
  readonly socket: string;
  readonly address: string;
  readonly port: number;
}

export function sshTarget({ ssh }: ClusterModel, node: NodeModel): SshTarget {
  return {
    node: node.name,
    address: node.sshAddress,
    port: ssh.port,
    user: ssh.user,
    ...(ssh.privateKeyFile === undefined ? {} : { privateKeyFile: ssh.privateKeyFile }),
    knownHostsFile: ssh.knownHostsFile,
  };
}

/**
 * The one place that makes ssh command lines. The user's own configuration of ssh is left out: what works here must be
 * what works for Terraform, which does not read it either.
 * @param remote words for the node's shell, joined by ssh with spaces; none for a login
 * @returns program and arguments
 */
export function sshCommand(target: SshTarget, remote: readonly string[], options: SshOptions = {}): string[] {
  return [
    "ssh",
    ...["-F", "none"],
    ...setting("UserKnownHostsFile", quoted(target.knownHostsFile)),
    ...setting("GlobalKnownHostsFile", "/dev/null"),
    ...setting("StrictHostKeyChecking", "yes"),
    // Otherwise ssh would write keys that the host announces into the file.
    ...setting("UpdateHostKeys", "no"),
    ...(target.privateKeyFile === undefined
      ? []
      : [...setting("IdentitiesOnly", "yes"), ...setting("IdentityFile", quoted(target.privateKeyFile))]),
    ...(options.hostKeyAlgorithms === undefined ? [] : setting("HostKeyAlgorithms", options.hostKeyAlgorithms.join(","))),
    ...setting("ConnectTimeout", options.interactive ? "15" : "5"),
    ...(options.interactive
      ? []
      : [...setting("BatchMode", "yes"), ...setting("ServerAliveInterval", "5"), ...setting("ServerAliveCountMax", "3"), "-T"]),
    ...(options.tunnel === undefined ? [] : tunnelArguments(options.tunnel)),
    ...["-p", String(target.port), "-l", target.user, "--", target.address],
    ...remote,
  ];
}

function tunnelArguments({ socket, address, port }: Tunnel): string[] {
  return [
    "-N",
    ...setting("ExitOnForwardFailure", "yes"),
    ...setting("StreamLocalBindMask", "0177"),
    "-L",
    `${socket}:${urlHost(address)}:${port}`,
  ];
}

/** Words that run as root, whoever logs in. */
export function asRoot(target: SshTarget, words: readonly string[]): string[] {
  return target.user === "root" ? [...words] : ["sudo", "-n", "--", ...words];
}

/** Which host keys a machine shows; not authenticated in any way. */
export function keyscanCommand({ address, port }: SshTarget): string[] {
  return ["ssh-keyscan", "-T", "5", "-p", String(port), "-t", "ed25519,ecdsa,rsa", "--", address];
}

function setting(name: string, value: string): string[] {
  return ["-o", `${name}=${value}`];
}

/** A path as ssh_config(5) takes it: it splits at spaces and expands what begins with a percent sign. */
function quoted(path: string): string {
  return `"${path.replace(/["\\]/g, (c) => `\\${c}`).replaceAll("%", "%%")}"`;
}
