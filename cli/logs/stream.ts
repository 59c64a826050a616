import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { asRoot, type SshTarget, sshCommand } from "../ssh";

export interface Streamed {
  readonly status: number;
  readonly stderr: string;
}

/** More of an error than this says nothing new. */
const ERROR_BYTES = 64 * 1024;

/** Runs a shell script as root on a node and hands over each line of its output as it comes. Never rejects. */
export function streamScript(target: SshTarget, script: string, onLine: (line: string) => void): Promise<Streamed> {
  const [program = "", ...args] = sshCommand(target, asRoot(target, ["sh", "-s"]));
  return new Promise((done) => {
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-ERROR_BYTES);
    });
    // It may end before it has read everything; its status tells.
    child.stdin.on("error", () => {});
    child.stdin.end(script);
    const lines = createInterface({ input: child.stdout });
    lines.on("line", onLine);
    const read = new Promise<void>((end) => lines.on("close", end));
    child.on("error", (error) => done({ status: 127, stderr: error.message }));
    child.on("close", (status) => void read.then(() => done({ status: status ?? 128, stderr })));
  });
}
