import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { knownHostsName, knownKeys } from "../../edge/known-hosts";
import { withKeys, writeKnownHosts } from "../../edge/known-hosts-file";
import { configDirectory, loadModel } from "../../edge/load";
import { UserError } from "../../edge/user-error";
import { algorithmsOf, type HostKey, hasFingerprint, parseHostKeys, shortType } from "../host-keys";
import { selectNodes } from "../nodes";
import { printable } from "../printable";
import type { GlobalOptions } from "../program";
import { run } from "../run";
import { keyscanCommand, type SshTarget, sshCommand, sshTarget } from "../ssh";
import { keyLines, keysToKeep, missingForTerraform, readAnswer, standingOf } from "../trust-decision";
import { readKnownHosts } from "../trusted";

export interface TrustOptions extends GlobalOptions {
  readonly fingerprint?: string;
  readonly replace?: boolean;
}

/** `minicluster trust`: shows the keys of machines, has them confirmed and remembers them. */
export async function trust(names: readonly string[], options: TrustOptions): Promise<void> {
  const { model } = loadModel(configDirectory(options.config));
  if (options.fingerprint !== undefined && names.length > 1) throw new UserError("--fingerprint is one machine's; name one node");
  for (const node of selectNodes(model, names)) await trustNode(sshTarget(model, node), options);
}

async function trustNode(target: SshTarget, options: TrustOptions): Promise<void> {
  const { node, address, port, knownHostsFile } = target;
  const shown = await scan(target);
  const known = parseHostKeys(knownKeys(readKnownHosts(knownHostsFile), address, port).join("\n"));
  const standing = standingOf(shown, known);
  const confirmed = standing.kind === "known" ? [standing.confirmed] : await confirm(target, shown, standing.kind === "changed", options);

  // A scan proves nothing: somebody in between could show the right key among wrong ones. Only who holds the confirmed
  // key can tell the others.
  const all = confirmed.length === shown.length ? shown : await tellAll(target, confirmed);
  const kept = all === undefined ? keysToKeep(confirmed, shown, known) : shown.filter((key) => all.some((each) => each.text === key.text));
  const news = kept.filter((key) => !known.some((each) => each.text === key.text));
  if (news.length === 0 && kept.length === known.length) {
    console.log(`${node}: already trusted`);
  } else {
    const name = knownHostsName(address, port);
    writeKnownHosts(
      knownHostsFile,
      withKeys(
        readKnownHosts(knownHostsFile),
        name,
        kept.map((key) => key.text),
      ),
    );
    console.log(`${node}: trusted, ${kept.map((key) => shortType(key.type)).join(", ")} in ${knownHostsFile}`);
  }
  const missing = missingForTerraform(kept, shown);
  if (missing === undefined) return;
  const key = `the ${shortType(missing.type)} key ${missing.fingerprint}, which a deploy checks,`;
  console.error(
    all === undefined
      ? `${node}: ${target.user} cannot log in, so only what was confirmed is kept. Compare ${key} too, and give it to --fingerprint`
      : `${node}: ${key} is not among those in its /etc/ssh: its sshd has it elsewhere, or another machine answers in between. It is not kept`,
  );
  process.exitCode = 1;
}

async function scan(target: SshTarget): Promise<HostKey[]> {
  const { stdout, stderr } = await run(keyscanCommand(target), { timeoutSeconds: 30 });
  const keys = parseHostKeys(stdout);
  if (keys.length > 0) return keys;
  const reason = printable(stderr)
    .split("\n")
    .map((line) => line.replace(/(\\x0d)+$/, ""))
    .find((line) => line !== "" && !line.startsWith("#"));
  const hint = /closed|reset/.test(reason ?? "") ? "; an sshd refuses for a while who has begun many logins: try again in a minute" : "";
  throw new UserError(
    `${target.node}: ${target.address} port ${target.port} shows no host key${reason === undefined ? "" : ` (${reason})`}${hint}`,
  );
}

/** @throws UserError if nobody confirms */
async function confirm(target: SshTarget, shown: readonly HostKey[], changed: boolean, options: TrustOptions): Promise<readonly HostKey[]> {
  const { node, address, port, knownHostsFile } = target;
  const where = `${node} (${address} port ${port})`;
  if (options.fingerprint !== undefined) {
    const key = shown.find((each) => hasFingerprint(each, options.fingerprint ?? ""));
    if (key !== undefined) return [key];
    throw new UserError(`${node}: none of its keys has the fingerprint ${options.fingerprint}; ${where} shows\n${keyLines(shown)}`);
  }
  if (changed && !options.replace) {
    throw new UserError(
      `${node}: the keys of ${where} are not those in ${knownHostsFile}. Either the machine was reinstalled, or another one answers in its place. It shows\n` +
        `${keyLines(shown)}\nIf that is what its console shows: npx minicluster trust ${node} --replace`,
    );
  }
  console.log(`${where} shows\n${keyLines(shown)}`);
  if (!process.stdin.isTTY) {
    throw new UserError(`${node}: nobody to ask here; compare one with the machine's console and give it: --fingerprint SHA256:...`);
  }
  const confirmed = readAnswer(
    await ask("Are they what its console shows (ssh-keygen -lf FILE)? y, N, or the fingerprint of one: "),
    shown,
  );
  if (confirmed.length === 0) throw new UserError(`${node}: not trusted`);
  return confirmed;
}

async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}

/** All keys of the machine, told over a connection that one of the confirmed keys proves; undefined where login fails. */
async function tellAll(target: SshTarget, confirmed: readonly HostKey[]): Promise<HostKey[] | undefined> {
  const folder = mkdtempSync(join(tmpdir(), "minicluster-trust-"));
  try {
    const knownHostsFile = join(folder, "known_hosts");
    writeFileSync(
      knownHostsFile,
      withKeys(
        "",
        knownHostsName(target.address, target.port),
        confirmed.map((key) => key.text),
      ),
    );
    const hostKeyAlgorithms = confirmed.flatMap((key) => algorithmsOf(key.type));
    const command = sshCommand({ ...target, knownHostsFile }, ["cat /etc/ssh/ssh_host_*_key.pub"], { hostKeyAlgorithms });
    const { status, stdout } = await run(command, { timeoutSeconds: 30 });
    const told = parseHostKeys(stdout);
    return status === 0 && told.length > 0 ? told : undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
