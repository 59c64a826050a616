import { configDirectory, load } from "../../edge/load";
import { diffText } from "../diff-text";
import { inspectNode } from "../inspect";
import { nodeDiff } from "../node-diff";
import { selectNodes } from "../nodes";
import { payloadsOf } from "../plan";
import { CONNECTIONS, mapConcurrently } from "../pool";
import type { GlobalOptions } from "../program";
import { Progress } from "../progress";
import { sshTarget } from "../ssh";

/** `minicluster diff`, with the exit codes of diff(1): 0 no difference, 1 differences, 2 trouble. */
export async function diff(names: readonly string[], options: GlobalOptions): Promise<void> {
  const loaded = load(configDirectory(options.config));
  const nodes = selectNodes(loaded.model, names);
  const asked = nodes.filter((node) => !node.skip);
  for (const node of nodes) if (node.skip) console.error(`${node.name}: skipped, as the inventory says`);

  const progress = new Progress("asking nodes", asked.length);
  const answers = await mapConcurrently(payloadsOf(loaded, asked), CONNECTIONS, async (payload) => {
    const node = loaded.model.nodes.find((each) => each.name === payload.node);
    if (node === undefined) throw new Error(`${payload.node} is not in the model`);
    const inspected = await inspectNode(sshTarget(loaded.model, node), payload, "contents");
    progress.step();
    return { payload, inspected };
  });
  progress.end();

  let exitCode = 0;
  for (const { payload, inspected } of answers) {
    if (!inspected.ok) {
      console.error(`${payload.node}: ${inspected.error}`);
      exitCode = 2;
      continue;
    }
    const difference = nodeDiff(inspected.inspection, payload);
    console.log(diffText(payload.node, difference));
    if (difference.files.length + difference.others.length > 0) exitCode = Math.max(exitCode, 1);
  }
  process.exitCode = exitCode;
}
