import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The checkout. */
export const CHECKOUT = resolve(__dirname, "..");

/** What set-up keeps for this checkout alone; it goes with node_modules, as `npm ci` wants it. */
export const CHECKOUT_STATE = join(CHECKOUT, "node_modules", ".minicluster");

/**
 * Where everything that is built or downloaded is kept, shared by all checkouts of this user:
 * MINICLUSTER_CACHE, else `minicluster` in the user's cache folder. setup.sh computes the same.
 */
export function cacheFolder(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  if (environment.MINICLUSTER_CACHE) return resolve(environment.MINICLUSTER_CACHE);
  return join(environment.XDG_CACHE_HOME || join(environment.HOME || homedir(), ".cache"), "minicluster");
}
