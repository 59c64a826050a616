import { spawn } from "node:child_process";
import { LabError } from "./error";

export interface RunOptions {
  /** Written to the program's standard input, which is empty otherwise. */
  readonly input?: string;
  /** Milliseconds after which the program is killed. @default none */
  readonly timeout?: number;
}

export interface RunResult {
  /** The exit code; 128 and more where a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end and returns what it said, whatever its exit code. Rejects only if it cannot be started. */
export function tryRun(program: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], timeout: options.timeout, killSignal: "SIGKILL" });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    // A program that does not read its input closes it early; that is its right.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
    child.on("error", (error) => reject(new LabError(`${program} could not be started: ${error.message}`)));
    child.on("close", (code) =>
      resolve({ code: code ?? 128, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
    );
  });
}

/** Runs a program that must succeed and returns its standard output; a LabError holds what it said otherwise. */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const result = await tryRun(program, args, options);
  if (result.code !== 0) {
    const said = (result.stderr || result.stdout).trim();
    throw new LabError(`${program} ${args.join(" ")}: exit code ${result.code}${said ? `: ${said}` : ""}`);
  }
  return result.stdout;
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
