import { configDirectory, loadModel } from "../../edge/load";
import { selectNode } from "../nodes";
import type { GlobalOptions } from "../program";
import { runInteractively } from "../run";
import { sshCommand, sshTarget } from "../ssh";
import { requireTrust } from "../trusted";

/** `minicluster ssh`: ssh itself, with the key, the port and the pinned host keys that a deploy uses. */
export async function ssh(name: string, words: readonly string[], options: GlobalOptions): Promise<void> {
  const { model } = loadModel(configDirectory(options.config));
  const target = sshTarget(model, selectNode(model, name));
  requireTrust(target);
  process.exitCode = await runInteractively(sshCommand(target, words, { interactive: true }));
}
