import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { LabError } from "./error";
import { run } from "./run";
import type { LabSsh } from "./state";

/** The lab's own key pair in its folder, made at first use. Returns the private key's path. */
export async function labKey(folder: string): Promise<string> {
  const file = join(folder, "id_ed25519");
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "minicluster-lab", "-f", file]);
  }
  return file;
}

/** The public half of a private key, as one line. */
export async function publicKey(privateKeyFile: string): Promise<string> {
  if (!existsSync(privateKeyFile)) {
    throw new LabError(`the key ${privateKeyFile} does not exist; make it: ssh-keygen -t ed25519 -N "" -f ${privateKeyFile}`);
  }
  return (await run("ssh-keygen", ["-y", "-f", privateKeyFile])).trim();
}

/** Lines of a known_hosts file for a machine. */
export function knownHosts(addresses: readonly string[], port: number, keys: readonly string[]): string[] {
  const names = addresses.map((address) => (port === 22 ? address : `[${address}]:${port}`)).join(",");
  return keys.map((key) => `${names} ${key}`);
}

/** Arguments of `ssh` for a machine whose keys stand in `knownHostsFile`. */
export function sshArguments(ssh: LabSsh, address: string, knownHostsFile: string): string[] {
  return [
    ...["-i", ssh.privateKeyFile, "-p", String(ssh.port)],
    ...["-o", "IdentitiesOnly=yes", "-o", `UserKnownHostsFile=${knownHostsFile}`, "-o", "GlobalKnownHostsFile=/dev/null"],
    ...["-o", "StrictHostKeyChecking=yes", "-o", "ConnectTimeout=5", "-o", "LogLevel=ERROR"],
    `${ssh.user}@${address}`,
  ];
}
