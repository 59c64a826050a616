import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CHECKOUT_STATE } from "./folders";

/** The providers' versions and checksums on this machine; made by set-up. */
export const PROVIDER_LOCK = join(CHECKOUT_STATE, "terraform.lock.hcl");

/**
 * Puts the provider lock into a stack's folder, before the cdktf CLI sees that there is none and asks the
 * registry for one, which may not answer. An older lock gives way: the providers that it knows may be gone.
 * Does nothing where set-up has not run.
 */
export function writeProviderLock(stackFolder: string, lock: string = PROVIDER_LOCK): void {
  if (!existsSync(lock)) return;
  const text = readFileSync(lock, "utf8");
  const target = join(stackFolder, ".terraform.lock.hcl");
  if (existsSync(target) && readFileSync(target, "utf8") === text) return;
  mkdirSync(stackFolder, { recursive: true });
  writeFileSync(`${target}.new`, text);
  renameSync(`${target}.new`, target);
}
