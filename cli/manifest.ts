/** What a manifest says of a file. */
export interface ManifestFile {
  readonly sha256: string;
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  /** As they stand there: lists joined by commas. */
  readonly restarts: string;
  readonly reloads: string;
}

export type ManifestCredential = Omit<ManifestFile, "sha256">;

/** A manifest, read back. The format is docs/activation.md's. */
export interface Manifest {
  readonly digest: string;
  readonly files: ReadonlyMap<string, ManifestFile>;
  readonly credentials: ReadonlyMap<string, ManifestCredential>;
  /** unit -> the services it belongs to */
  readonly units: ReadonlyMap<string, readonly string[]>;
  /** One per verification: unit, command. */
  readonly verify: readonly string[];
  /** One per health check: unit, seconds, command. */
  readonly health: readonly string[];
}

/** Reads the lines of a manifest; kinds that it does not know are passed over. */
export function parseManifest(lines: readonly string[]): Manifest {
  let digest = "";
  const files = new Map<string, ManifestFile>();
  const credentials = new Map<string, ManifestCredential>();
  const units = new Map<string, string[]>();
  const verify: string[] = [];
  const health: string[] = [];
  for (const line of lines) {
    const [kind, name = "", ...fields] = line.split("\t");
    if (kind === "digest") digest = name;
    else if (kind === "file") {
      const [sha256 = "", mode = "", owner = "", group = "", restarts = "-", reloads = "-"] = fields;
      files.set(name, { sha256, mode, owner, group, restarts, reloads });
    } else if (kind === "credential") {
      const [mode = "", owner = "", group = "", restarts = "-", reloads = "-"] = fields;
      credentials.set(name, { mode, owner, group, restarts, reloads });
    } else if (kind === "unit") units.set(name, listed(fields[0]));
    else if (kind === "verify") verify.push([name, ...fields].join(" "));
    else if (kind === "health") health.push([name, ...fields].join(" "));
  }
  return { digest, files, credentials, units, verify, health };
}

/** `-` is an empty list. */
export function listed(field = "-"): string[] {
  return field === "-" ? [] : field.split(",");
}
