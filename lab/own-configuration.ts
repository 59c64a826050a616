import { mkdirSync } from "node:fs";
import { LabError } from "./error";
import { freeNetwork } from "./host";
import { writeConfiguration } from "./inventory";
import { labKey } from "./ssh";
import { labFolder, readState } from "./state";

/**
 * A configuration folder for a lab that nobody described: an inventory in a free network, and no services. It is the lab's
 * own folder, and goes with it.
 * @param text how many machines; by default as many as there are, else 4. Fewer than there are changes nothing.
 */
export async function ownConfiguration(name: string, text?: string): Promise<string> {
  const folder = labFolder(name);
  // An inventory without a lab is what a refused `up` has left; its network may be in use.
  const machines = readState(folder)?.machines ?? [];
  const count = Number(text ?? (machines.length || 4));
  if (!Number.isInteger(count) || count < 1 || count > 200)
    throw new LabError(`"${text}" machines cannot be made; give a number from 1 to 200`);
  if (machines.length >= count) return folder;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const network = machines[0]?.addresses[0]?.replace(/\d+$/, "0") ?? (await freeNetwork(name));
  writeConfiguration(folder, count, network, await labKey(folder));
  return folder;
}
