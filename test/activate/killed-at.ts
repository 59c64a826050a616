import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { finished, type TestNode, testNode } from "./test-node";

/** Programs that change something; to be killed before one that only reads is to be killed before the next of these. */
const CHANGING = [
  "cat",
  "chmod",
  "cp",
  "find",
  "install",
  "ln",
  "mkdir",
  "mv",
  "rm",
  "rmdir",
  "sh",
  "sync",
  "systemd-sysusers",
  "timeout",
  "xargs",
];

/**
 * Runs until the n-th program that changes something, which never starts; true when it was killed.
 * @param environment more variables for the run
 */
export async function killedAt(node: TestNode, n: number, args: string[], environment: Record<string, string> = {}): Promise<boolean> {
  const bin = join(node.state, "counted");
  mkdirSync(bin);
  for (const name of CHANGING) symlinkSync(join(__dirname, "bin/counted"), join(bin, name));
  const count = join(node.state, "count");
  writeFileSync(count, "0\n");
  const path = String(node.environment().PATH);
  const child = node.start(["-c", 'export KILL_GROUP=$$; exec /bin/sh "$@"', "run", ...args], {
    PATH: `${bin}:${path}`,
    KILL_PATH: path,
    KILL_AT: String(n),
    KILL_COUNT: count,
    ...environment,
  });
  const run = await finished(child);
  rmSync(bin, { recursive: true });
  rmSync(count);
  return run.signal === "SIGKILL";
}

/** Another node that holds the same. */
export function clone(from: TestNode): TestNode {
  const node = testNode();
  cpSync(from.root, node.root, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  cpSync(from.state, node.state, { recursive: true });
  return node;
}
