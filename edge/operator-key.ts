import { readFileSync, statSync } from "node:fs";
import type { ClusterModel } from "../constructs/config";
import { sshKeygen } from "./ssh-keygen";
import { UserError } from "./user-error";

/**
 * The public half of the key that deploys log in with. Nodes let in whom it names, so the private key itself is asked
 * first: a .pub file of another key would lock out every deploy.
 * @returns undefined where nothing says it: an agent, or a key that is not on this machine
 * @throws UserError if two places say different keys
 */
export function operatorKey({ ssh }: Pick<ClusterModel, "ssh">): string | undefined {
  const { privateKeyFile, publicKey } = ssh;
  const beside = privateKeyFile && readPublic(`${privateKeyFile}.pub`);
  const derived = privateKeyFile && derive(privateKeyFile);
  const sayings = [
    { key: derived, where: privateKeyFile },
    { key: beside, where: `${privateKeyFile}.pub` },
    { key: publicKey, where: "ssh.public_key in inventory.yml" },
  ].flatMap(({ key, where }) => (key ? [{ key, where }] : []));
  const [first, ...others] = sayings;
  const other = others.find(({ key }) => blob(key) !== blob(first?.key ?? ""));
  if (first !== undefined && other !== undefined)
    throw new UserError(`${other.where} is not the public half of ${first.where}; correct or remove it`);
  // With the comment, if one has it.
  return beside || publicKey || derived || undefined;
}

function readPublic(path: string): string | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path, "utf8").trim() : undefined;
}

/** Undefined for a key that is not there, or that needs a passphrase, which Terraform does not ask for either. */
function derive(privateKeyFile: string): string | undefined {
  if (!statSync(privateKeyFile, { throwIfNoEntry: false })?.isFile()) return undefined;
  try {
    return sshKeygen("-y", "-P", "", "-f", privateKeyFile).trim();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function blob(key: string): string {
  return key.split(/\s+/).slice(0, 2).join(" ");
}
