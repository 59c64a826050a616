import { confirmedPaths, fileDigest, sha256 } from "./manifest";
import type { Payload } from "./payload";
import { ACTIVATE_PATH } from "./render";

/** Which files a new connection has to confirm. */
export const CONFIRM_TRIGGER = "confirm";

/**
 * What makes an activation run again, and what a person reads in `cdktf diff`: one entry per file, then the units, what
 * verifies files, the health checks and the program that activates. Certificates are added by whoever issues them.
 */
export function activationTriggers(payload: Payload): Record<string, string> {
  const { [ACTIVATE_PATH]: activate, ...files } = payload.files;
  const short = (value: unknown) => sha256(JSON.stringify(value)).slice(0, 12);
  return {
    ...Object.fromEntries(Object.entries(files).map(([path, file]) => [path, fileDigest(file)])),
    units: short(payload.units),
    ...(payload.verify.length === 0 ? {} : { verify: short(payload.verify) }),
    health: short(payload.health),
    ...(confirmedPaths(payload).length === 0 ? {} : { [CONFIRM_TRIGGER]: short(confirmedPaths(payload)) }),
    ...(activate === undefined ? {} : { activate: fileDigest(activate) }),
  };
}
