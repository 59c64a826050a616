import { type Manifest, parseManifest } from "./manifest";

/** What lies at a path on a node. */
export interface DiskEntry {
  /** As stat(1) calls it, e.g. `regular file`, `directory`. */
  readonly type: string;
  /** Four octal digits. */
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  readonly size: number;
  /** Of files only, and never of credentials. */
  readonly sha256?: string;
  /** Only where it was asked for, differs, and is no larger than a megabyte. */
  readonly content?: Buffer;
}

/** What systemd says of a unit: LoadState, ActiveState, SubState, Type, Result. */
export type UnitProperties = Readonly<Record<string, string>>;

/** A node as `inspect.sh` found it. */
export interface Inspection {
  /** Absent on a node that nothing was delivered to. */
  readonly committed?: { readonly generation: number; readonly activated: Date; readonly manifest: Manifest };
  /** An activation is running, or was killed. */
  readonly unfinished: boolean;
  readonly disk: ReadonlyMap<string, DiskEntry>;
  readonly units: ReadonlyMap<string, UnitProperties>;
  readonly certificates: readonly { readonly path: string; readonly pem: string }[];
  /** Answers of etcdctl, JSON: `members`, `status`, `health`. */
  readonly etcd: Readonly<Record<string, string>>;
  /** What only `doctor` asks for: the kind of fact, then its fields. */
  readonly facts: readonly (readonly string[])[];
}

/** What the node said is not what the inspection says: another program answered, or the connection broke. */
export class InspectionError extends Error {}

/**
 * Reads the output of `inspect.sh`. What a login prints before it is passed over.
 * @throws InspectionError if it is not whole
 */
export function parseInspection(output: string): Inspection {
  const all = output.split("\n");
  const start = all.indexOf("minicluster-inspection\t1");
  const end = all.lastIndexOf("end");
  if (start < 0 || end < start) throw new InspectionError("its answer is not whole");

  let generation: { number: number; activated: Date } | undefined;
  let unfinished = false;
  const manifest: string[] = [];
  const disk = new Map<string, DiskEntry>();
  const units = new Map<string, Record<string, string>>();
  const certificates: { path: string; pem: string }[] = [];
  const etcd: Record<string, string> = {};
  const facts: string[][] = [];
  for (const line of all.slice(start + 1, end)) {
    const [kind = "", ...fields] = line.split("\t");
    const [first = "", second = ""] = fields;
    switch (kind) {
      case "generation":
        generation = { number: Number(first), activated: new Date(Number(second) * 1000) };
        break;
      case "unfinished":
        unfinished = true;
        break;
      case "manifest":
        manifest.push(fields.join("\t"));
        break;
      case "disk":
        disk.set(first, diskEntry(fields));
        break;
      case "sum":
        extend(disk, second, { sha256: first });
        break;
      case "content":
        extend(disk, first, { content: Buffer.from(second, "base64") });
        break;
      case "unit":
        units.set(first, { ...units.get(first), ...property(second) });
        break;
      case "certificate":
        certificates.push({ path: first, pem: Buffer.from(second, "base64").toString() });
        break;
      case "etcd":
        etcd[first] = second;
        break;
      case "fact":
        facts.push(fields);
    }
  }
  return {
    ...(generation === undefined
      ? {}
      : { committed: { generation: generation.number, activated: generation.activated, manifest: parseManifest(manifest) } }),
    unfinished,
    disk,
    units,
    certificates,
    etcd,
    facts,
  };
}

function diskEntry([, type = "", mode = "", owner = "", group = "", size = "0"]: string[]): DiskEntry {
  return { type, mode: mode.padStart(4, "0"), owner, group, size: Number(size) };
}

function extend(disk: Map<string, DiskEntry>, path: string, more: Partial<DiskEntry>): void {
  const entry = disk.get(path);
  // It may have gone between two looks.
  if (entry !== undefined) disk.set(path, { ...entry, ...more });
}

function property(text: string): Record<string, string> {
  const at = text.indexOf("=");
  return at < 0 ? {} : { [text.slice(0, at)]: text.slice(at + 1) };
}
