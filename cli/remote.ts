import { printable } from "./printable";
import { run } from "./run";
import { asRoot, type SshTarget, sshCommand } from "./ssh";

/** What came of asking a node. */
export type Answer = { readonly ok: true; readonly output: string } | { readonly ok: false; readonly error: string };

const PATIENCE_SECONDS = 60;

/** Runs a shell script as root on a node: one connection, nothing is left there. Never rejects. */
export async function runScript(target: SshTarget, script: string): Promise<Answer> {
  const { status, stdout, stderr } = await run(sshCommand(target, asRoot(target, ["sh", "-s"])), {
    input: script,
    timeoutSeconds: PATIENCE_SECONDS,
  });
  return status === 0 ? { ok: true, output: stdout } : { ok: false, error: explainFailure(target, status, stderr) };
}

/** Why a connection failed, in one line that says what to do where we know it. */
export function explainFailure(target: SshTarget, status: number, stderr: string): string {
  if (status === 124) return `no answer within ${PATIENCE_SECONDS} s`;
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED/.test(stderr)) {
    return `its host key is another than the trusted one; if it was reinstalled: npx minicluster trust ${target.node} --replace`;
  }
  if (/Host key verification failed|host key is known/.test(stderr)) {
    return `its host key is not trusted yet: npx minicluster trust ${target.node}`;
  }
  if (/Permission denied \(/.test(stderr)) {
    return `login as ${target.user} was refused (${target.privateKeyFile === undefined ? "keys of the agent" : `key ${target.privateKeyFile}`})`;
  }
  if (/^sudo: .*password/m.test(stderr)) return `${target.user} may not use sudo without a password`;
  const lines = printable(stderr)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return lines.at(-1)?.replace(/^ssh: /, "") ?? `ssh ended with exit code ${status}`;
}
