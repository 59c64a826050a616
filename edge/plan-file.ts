import { lstatSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";

/**
 * `cdktf diff` saves its plan as `plan` in the stack's folder and never reads it again; a plan holds the state and with it
 * every private key. So the file is a link to nowhere: Terraform writes, and nothing stays.
 */
export function discardPlans(stackFolder: string): void {
  const path = join(stackFolder, "plan");
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return;
  mkdirSync(stackFolder, { recursive: true });
  rmSync(path, { force: true });
  symlinkSync("/dev/null", path);
}
