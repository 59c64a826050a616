import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CHECKOUT } from "./folders";

/** What npx starts. */
const COMMAND = join(CHECKOUT, "node_modules", ".bin", "cdktf");

/**
 * On a network that swallows packets the cdktf CLI waits a quarter of a minute for a host that counts its
 * uses, and terraform for news of itself; and where a variable names a missing configuration file,
 * terraform says so half a dozen times for each command. With OpenTofu it takes no provider lock for one, since
 * the addresses in it have another host, and would ask the registry for checksums at each command.
 */
const WRAPPER = `#!/bin/sh
# Made by minicluster's set-up. The operator's own choice stands.
export CHECKPOINT_DISABLE="\${CHECKPOINT_DISABLE-1}"
export CDKTF_SKIP_PROVIDER_LOCK="\${CDKTF_SKIP_PROVIDER_LOCK-true}"
[ -e "\${TF_CLI_CONFIG_FILE-}" ] || unset TF_CLI_CONFIG_FILE
exec node "$(dirname "$(readlink -f "$0")")/../cdktf-cli/bundle/bin/cdktf" "$@"
`;

/** Makes a plain `npx cdktf` quick and quiet, without a variable that the operator would have to set. */
export async function provideCdktfCommand(command: string = COMMAND): Promise<void> {
  if (existsSync(command) && readFileSync(command, "utf8") === WRAPPER) return;
  await mkdir(dirname(command), { recursive: true });
  // By a rename: npm has put a link there, and what it points to must stay.
  const unfinished = `${command}.new`;
  await writeFile(unfinished, WRAPPER);
  await chmod(unfinished, 0o755);
  await rename(unfinished, command);
}
