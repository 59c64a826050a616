import { rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "./folders";

/** Where a build works until it is complete. */
export function unfinishedFolder(): string {
  return join(cacheFolder(), "unfinished");
}

/** Removes what a killed set-up was building; setup.sh sees to it that no other runs now. */
export async function removeLeftovers(): Promise<void> {
  await rm(unfinishedFolder(), { recursive: true, force: true });
}
