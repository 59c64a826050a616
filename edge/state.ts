import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "./user-error";

/** What this project reads of a Terraform state: names, ids and triggers, never a value. */
export interface StateResource {
  readonly type: string;
  readonly name: string;
  /** Of the object that counts; absent for one that failed to be made, which Terraform makes anew by itself. */
  readonly id?: string;
  /** Likewise, of a null_resource. */
  readonly triggers?: Readonly<Record<string, string>>;
}

/** Where Terraform keeps the state: it holds every private key. */
export function statePath(privateDir: string): string {
  return join(privateDir, "terraform.tfstate");
}

/**
 * The managed resources of the state.
 * @returns undefined where there is no state, or an empty file in its place
 * @throws UserError if it is not readable
 */
export function readState(privateDir: string): StateResource[] | undefined {
  const path = statePath(privateDir);
  const text = statSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path, "utf8") : "";
  if (text.trim() === "") return undefined;
  try {
    const state = JSON.parse(text) as { resources?: Resource[] };
    return (state.resources ?? []).map(({ type, name, instances = [] }) => {
      const current = instances.find((instance) => instance.deposed === undefined && instance.status !== "tainted");
      const { id, triggers } = current?.attributes ?? {};
      const known = id === undefined ? {} : { id, ...(type === "null_resource" && triggers ? { triggers } : {}) };
      return { type, name, ...known };
    });
  } catch {
    throw new UserError(`${path}: the state is not readable; restore it from your backup`);
  }
}

interface Resource {
  readonly type: string;
  readonly name: string;
  readonly instances?: readonly { deposed?: string; status?: string; attributes?: { id?: string; triggers?: Record<string, string> } }[];
}

/** node -> triggers of the activation that it took last; none for one that failed. */
export function deliveredTriggers(state: readonly StateResource[]): Record<string, Readonly<Record<string, string>>> {
  return Object.fromEntries(
    state.flatMap(({ name, triggers }) => {
      const node = /^(.+)_activation$/.exec(name)?.[1];
      return node === undefined || triggers === undefined ? [] : [[node, triggers]];
    }),
  );
}
