import { spawn } from "node:child_process";

export interface CommandOptions {
  readonly cwd?: string;
  /** Added to this process's own; undefined takes a variable away. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Seconds until it is killed, with all that it started. @default no limit */
  readonly timeoutSeconds?: number;
  /** Sees the output so far each time more arrives; may lengthen the time limit by returning a new one. */
  readonly onOutput?: (output: string) => number | undefined;
}

export interface CommandResult {
  /** The exit status; 127 when there is no such program, 124 when the time was up. */
  readonly status: number;
  readonly stdout: string;
  /** stdout and stderr as they came. */
  readonly output: string;
}

/** Runs a program without a shell and without stdin. Never rejects: a failure is a status. */
export function runCommand(program: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return new Promise((done) => {
    const child = spawn(program, [...args], {
      cwd: options.cwd,
      env: { ...process.env, ...options.environment },
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own, so that the time limit ends compilers and plugins too.
      detached: options.timeoutSeconds !== undefined,
    });
    let stdout = "";
    let output = "";
    let timedOut = false;
    let timer: NodeJS.Timeout | undefined;
    const limit = (seconds: number | undefined) => {
      if (seconds === undefined) return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        timedOut = true;
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      }, seconds * 1000);
    };
    const take = (chunk: string) => {
      output += chunk;
      limit(options.onOutput?.(output));
    };
    limit(options.timeoutSeconds);
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      stdout += chunk;
      take(chunk);
    });
    child.stderr.setEncoding("utf8").on("data", take);
    child.on("error", (error) => {
      clearTimeout(timer);
      done({ status: 127, stdout, output: error.message });
    });
    child.on("close", (status) => {
      clearTimeout(timer);
      done({ status: timedOut ? 124 : (status ?? 1), stdout, output });
    });
  });
}

/** The last lines of an output that say something, for an error message. */
export function lastLines(output: string, count: number): string {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  return lines.slice(-count).join("\n");
}
