import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";

/**
 * Describes `count` machines in a folder: three core nodes, or one where there are fewer than three, the others workers.
 *
 * @param network first address of a /24, e.g. `10.77.1.0`; IPv6 addresses get a prefix made of the same numbers
 */
export function writeConfiguration(folder: string, count: number, network: string, privateKeyFile: string): void {
  const [, second = 0, third = 0] = network.split(".").map(Number);
  const prefix = `fd00:${second.toString(16)}:${third.toString(16)}::`;
  const cores = count >= 3 ? 3 : 1;
  const nodes: Record<string, { addresses: string[]; groups?: string[] }> = {};
  for (let index = 0; index < count; index++) {
    const core = index < cores;
    // Workers begin at 11, so that a number says what a machine is.
    const host = core ? index + 1 : 11 + index - cores;
    const addresses = [network.replace(/0$/, String(host)), `${prefix}${host.toString(16)}`];
    nodes[core ? `core-${index + 1}` : `worker-${index - cores + 1}`] = core ? { addresses, groups: ["core"] } : { addresses };
  }
  const inventory = {
    domain: "infra.example.com",
    domain_public: "example.com",
    private_dir: "private",
    ssh: { user: "root", private_key_file: privateKeyFile },
    nodes,
  };
  writeFileSync(join(folder, "inventory.yml"), stringify(inventory), { mode: 0o600 });
  writeFileSync(join(folder, "services.yml"), "# No services of your own yet.\n", { mode: 0o600, flag: "a" });
}
