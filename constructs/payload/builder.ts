import type { ContributedFile } from "../services/definition";
import type { PayloadFile } from "./payload";

/** Placeholders of CDKTF: a value that exists only while Terraform runs must never be hashed or written into a file. */
const TOKEN = /TfToken\[/;

/**
 * Collects the files of one node and keeps the rules of a payload: absolute paths, no tokens, one content per path.
 * The same file from two services is one file that restarts the units of both.
 * @throws PayloadError naming the path and the owners
 */
export class PayloadBuilder {
  private readonly files = new Map<string, { file: PayloadFile; owner: string }>();

  add(owner: string, path: string, contributed: ContributedFile): void {
    const file = normalise(contributed);
    refuse(path, file, owner);
    const known = this.files.get(path);
    if (known === undefined) {
      this.files.set(path, { file, owner });
      return;
    }
    if (!known.file.content.equals(file.content) || known.file.mode !== file.mode || known.file.owner !== file.owner) {
      throw new PayloadError(
        `${path}: ${known.owner} and ${owner} both want it, with different content, mode or owner; a file has one owner`,
      );
    }
    const merged = {
      ...file,
      restarts: union(known.file.restarts, file.restarts),
      reloads: union(known.file.reloads, file.reloads),
      confirm: known.file.confirm || file.confirm,
    };
    this.files.set(path, { file: merged, owner: known.owner });
  }

  /** Sorted by path. */
  build(): Record<string, PayloadFile> {
    return Object.fromEntries([...this.files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, { file }]) => [path, file]));
  }
}

/** A payload that must not be delivered. The message is for the person who described the cluster. */
export class PayloadError extends Error {}

function normalise(file: ContributedFile): PayloadFile {
  const owner = file.owner ?? "root";
  return {
    content: typeof file.content === "string" ? Buffer.from(file.content) : file.content,
    mode: file.mode ?? "0644",
    owner,
    group: file.group ?? owner,
    restarts: union(file.restarts ?? []),
    reloads: union(file.reloads ?? []),
    confirm: file.confirm ?? false,
  };
}

function refuse(path: string, file: PayloadFile, owner: string): void {
  if (!path.startsWith("/")) throw new PayloadError(`${path} (of ${owner}): the path of a file on a node must be absolute`);
  if (path.endsWith("/") || path.split("/").some((part) => part === ".." || part === ".")) {
    throw new PayloadError(`${path} (of ${owner}): not a plain path of a file`);
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be in a line of the manifest
  if (/[\x00-\x1f]/.test(path)) throw new PayloadError(`${JSON.stringify(path)} (of ${owner}): control characters in a path`);
  if (TOKEN.test(path) || TOKEN.test(file.content.toString("latin1"))) {
    throw new PayloadError(`${path} (of ${owner}): holds a Terraform token; what exists only at apply cannot be in a payload`);
  }
}

/** Sorted, without duplicates. */
export function union(...lists: readonly (readonly string[])[]): string[] {
  return [...new Set(lists.flat())].sort();
}
