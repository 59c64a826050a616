import { spawn } from "node:child_process";

export interface RunOptions {
  /** Given to the program, then its input ends. @default - none */
  readonly input?: string;
  readonly timeoutSeconds: number;
}

export interface RunResult {
  /** 127 when there is no such program, 124 when the time was up, 128 and more for a signal. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** More than any node has to say; a broken one must not fill the memory here. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Runs a program and keeps what it says. Never rejects. */
export function run(argv: readonly string[], options: RunOptions): Promise<RunResult> {
  const [program = "", ...args] = argv;
  return new Promise((done) => {
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
    const output = { stdout: "", stderr: "" };
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill("SIGKILL");
    }, options.timeoutSeconds * 1000);
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => {
        if (output[name].length + text.length > MOST_BYTES) child.kill("SIGKILL");
        else output[name] += text;
      });
    }
    // It may end before it has read everything; its status tells.
    child.stdin.on("error", () => {});
    child.stdin.end(options.input ?? "");
    const finish = (status: number, reason = "") => {
      clearTimeout(timer);
      done({ status, stdout: output.stdout, stderr: output.stderr + reason });
    };
    child.on("error", (error: NodeJS.ErrnoException) =>
      finish(127, error.code === "ENOENT" ? `${program} is not installed` : error.message),
    );
    child.on("close", (status, signal) => finish(timedOut ? 124 : (status ?? (signal ? 128 : 1))));
  });
}

/** Runs a program in this one's place: same terminal, same streams. @returns its exit code */
export function runInteractively(argv: readonly string[]): Promise<number> {
  const [program = "", ...args] = argv;
  return new Promise((done, fail) => {
    // Keys like ^C are the program's while it runs.
    const ignore = () => {};
    process.on("SIGINT", ignore);
    const child = spawn(program, args, { stdio: "inherit" });
    child.on("error", fail);
    child.on("close", (status) => {
      process.off("SIGINT", ignore);
      done(status ?? 128);
    });
  });
}
