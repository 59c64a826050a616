import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { LabError } from "./error";

const ATTEMPTS = 10;

/**
 * Runs `work` while holding an exclusive lock on `file`, across processes. A child holds a kernel lock (flock) for as
 * long as its standard input is open, so the lock ends with this process, however that ends, and is never stale. `work`
 * may remove the file.
 */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  let holder = await acquire(file);
  while (!isLockOf(holder, file)) {
    await release(holder);
    holder = await acquire(file);
  }
  try {
    return await work();
  } finally {
    await release(holder);
  }
}

async function acquire(file: string): Promise<ChildProcess> {
  for (let attempt = 1; ; attempt++) {
    mkdirSync(dirname(file), { recursive: true });
    try {
      return await holderOf(file);
    } catch (error) {
      // Whoever held a lock in the same folder may have removed it in between.
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

async function holderOf(file: string): Promise<ChildProcess> {
  const holder = spawn("flock", ["--exclusive", file, "sh", "-c", "echo held; exec cat"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  await new Promise<void>((resolve, reject) => {
    holder.stdout.once("data", () => resolve());
    holder.once("error", (error) => reject(new LabError(`flock could not be started: ${error.message}`)));
    holder.once("exit", () => reject(new LabError(`${file} cannot be locked`)));
  });
  return holder;
}

/** Is it still this file that is locked? The holder before us may have removed it. */
function isLockOf(holder: ChildProcess, file: string): boolean {
  try {
    return statSync(`/proc/${holder.pid}/fd/3`).ino === statSync(file).ino;
  } catch {
    return false;
  }
}

function release(holder: ChildProcess): Promise<void> {
  const ended = new Promise<void>((resolve) => holder.once("close", () => resolve()));
  holder.stdin?.end();
  return ended;
}
