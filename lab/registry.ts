import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Which labs use a thing that all labs of this host share: one file per lab, named after its bridge. A lab whose bridge
 * is gone (the host was switched off) counts no more, whatever its file says.
 */
export class Registry {
  constructor(private readonly folder: string) {}

  join(bridge: string, label: string): void {
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(join(this.folder, bridge), `${label}\n`);
  }

  leave(bridge: string): void {
    rmSync(join(this.folder, bridge), { force: true });
  }

  /** Label of the lab with this bridge. */
  label(bridge: string): string | undefined {
    const file = join(this.folder, bridge);
    return existsSync(file) ? readFileSync(file, "utf8").trim() : undefined;
  }

  /** Does a lab other than `bridge` use the thing now? */
  hasOthers(bridge: string): boolean {
    if (!existsSync(this.folder)) return false;
    return readdirSync(this.folder).some((name) => name !== bridge && existsSync(join("/sys/class/net", name)));
  }
}
