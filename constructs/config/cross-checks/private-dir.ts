import type { Drafts } from "../drafts";
import { type ProblemList, show } from "../problem";
import { localPath, type Places } from "../to-model";

/** The vault is a folder of its own: it is made 0700, and what lies in it are keys. */
export function checkPrivateDir({ inventory }: Drafts, places: Places, problems: ProblemList): void {
  const written = inventory?.attributes.private_dir;
  if (!inventory || written === undefined) return;
  const path = localPath(written, places);
  const taken: Record<string, string> = {
    "/": "the whole machine",
    [places.home]: "your home",
    [places.directory]: "the configuration folder",
  };
  const what = Object.hasOwn(taken, path) ? taken[path] : undefined;
  if (what !== undefined) {
    problems.add({
      ...inventory.document.placeOf(["private_dir"]),
      message: `${show(written)} is ${what} itself; name a folder for the vault alone`,
    });
  }
}
