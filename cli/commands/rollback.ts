import { ACTIVATE_PATH } from "../../constructs/payload/render";
import { configDirectory, loadModel } from "../../edge/load";
import { selectNode } from "../nodes";
import type { GlobalOptions } from "../program";
import { runInteractively } from "../run";
import { asRoot, sshCommand, sshTarget } from "../ssh";
import { requireTrust } from "../trusted";

/** `minicluster rollback`: the node's own program does it; its lines and its exit code are passed on. */
export async function rollback(name: string, options: GlobalOptions & { dryRun?: boolean }): Promise<void> {
  const { model } = loadModel(configDirectory(options.config));
  const target = sshTarget(model, selectNode(model, name));
  requireTrust(target);
  const words = asRoot(target, [ACTIVATE_PATH, "--rollback", ...(options.dryRun ? ["--dry-run"] : [])]);
  process.exitCode = await runInteractively(sshCommand(target, words, { interactive: true }));
  if (process.exitCode !== 0 || options.dryRun) return;
  console.error(`Terraform does not know of this: once the cause is mended, a deploy reaches ${name} if the change concerns it.`);
  console.error(`To deliver to it in any case: npx minicluster redeliver ${name} && npx cdktf deploy`);
}
