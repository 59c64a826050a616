import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { formatProblem, type SecretReference } from "../constructs/config";
import { SECRETS } from "../constructs/node/vault-layout";
import { UserError } from "./user-error";

/**
 * Every secret that the YAML files name is there, and can be delivered. Its content stays where it is: Terraform reads it.
 * @throws UserError naming each that is not, where it is asked for, and what to do
 */
export function requireSecrets(references: readonly SecretReference[], privateDir: string): void {
  const problems = references.flatMap((reference) => {
    const path = join(privateDir, SECRETS, reference.name);
    const complaint = complaintAbout(path);
    return complaint === undefined ? [] : [formatProblem({ ...reference, message: `${path} ${complaint}` })];
  });
  if (problems.length > 0) throw new UserError(problems.join("\n"));
}

function complaintAbout(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile() !== true) return "is missing; write the secret there, readable by you alone (mode 0600)";
  if ((stat.mode & 0o077) !== 0) return "can be read by others; chmod 600 it, and think about whether it is still a secret";
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path));
  } catch {
    return "is not text in UTF-8; encode it, e.g. with base64";
  }
  if (text.trim() === "") return "is empty; write the secret there";
  // What delimits credentials on their way, see docs/activation.md.
  return /^@@ (\/|end$)/m.test(text) ? 'has a line that begins with "@@ "; encode it, e.g. with base64' : undefined;
}
