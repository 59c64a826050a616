/** One file that the edge has read. */
export interface SourceFile {
  readonly content: Buffer;
  readonly executable: boolean;
}

/**
 * Every file that synthesis depends on, read once at the edge (main.ts, the CLI):
 * `config/<path in the configuration folder>` (`config/inventory.yml`, `config/files/web/etc/web.conf`),
 * `cloud-init/<path>`, `private/<path in the vault>` (never keys). Nothing below the edge touches the disk.
 */
export type Sources = ReadonlyMap<string, SourceFile>;
