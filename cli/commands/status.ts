import { configDirectory, load } from "../../edge/load";
import { inspectNode } from "../inspect";
import { selectNodes } from "../nodes";
import { payloadsOf } from "../plan";
import { CONNECTIONS, mapConcurrently } from "../pool";
import type { GlobalOptions } from "../program";
import { Progress } from "../progress";
import { sshTarget } from "../ssh";
import { type Asked, statusReport } from "../status-report";
import { statusText } from "../status-text";
import { terminalWidth } from "../table";

/** `minicluster status`: asks every node at once. Sets the exit code: 0 when all is well, else 1. */
export async function status(names: readonly string[], options: GlobalOptions & { json?: boolean }): Promise<void> {
  const loaded = load(configDirectory(options.config));
  const nodes = selectNodes(loaded.model, names);
  const pairs = payloadsOf(loaded, nodes).map((payload, index) => ({ payload, node: nodes[index] as (typeof nodes)[number] }));

  const progress = new Progress("asking nodes", nodes.length);
  const asked = await mapConcurrently(pairs, CONNECTIONS, async ({ node, payload }): Promise<Asked> => {
    const inspected = node.skip ? undefined : await inspectNode(sshTarget(loaded.model, node), payload, "status");
    progress.step();
    return { node, payload, inspected };
  });
  progress.end();

  const now = new Date();
  const report = statusReport(loaded.model, loaded.placement, asked, now);
  console.log(options.json ? JSON.stringify(report, null, 2) : statusText(report, now, terminalWidth()));
  if (!report.well) process.exitCode = 1;
}
