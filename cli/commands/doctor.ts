import { configDirectory, load } from "../../edge/load";
import { CHECKS } from "../doctor/checks";
import { clockOffset } from "../doctor/clock";
import type { ExaminedNode } from "../doctor/finding";
import { lookupsOf } from "../doctor/lookups";
import { findingsText } from "../doctor/text";
import { inspectNode } from "../inspect";
import { payloadsOf } from "../plan";
import { CONNECTIONS, mapConcurrently } from "../pool";
import type { GlobalOptions } from "../program";
import { Progress } from "../progress";
import { sshTarget } from "../ssh";
import { type Asked, statusReport } from "../status-report";

/** `minicluster doctor`: looks for trouble on all nodes. Sets the exit code: 0 when there is none, else 1. */
export async function doctor(options: GlobalOptions & { json?: boolean }): Promise<void> {
  const { model, placement, ...loaded } = load(configDirectory(options.config));
  const { nodes } = model;
  const names = Object.keys(lookupsOf(model, placement));
  const payloads = payloadsOf({ model, placement, ...loaded }, nodes);
  const progress = new Progress("asking nodes", nodes.length);
  const examined: ExaminedNode[] = [];
  const asked = await mapConcurrently(payloads, CONNECTIONS, async (payload): Promise<Asked> => {
    const node = nodes.find((each) => each.name === payload.node);
    if (node === undefined) throw new Error(`no node is named ${payload.node}`);
    const before = Date.now();
    const inspected = node.skip ? undefined : await inspectNode(sshTarget(model, node), payload, "doctor", names);
    if (inspected?.ok) {
      const { inspection } = inspected;
      examined.push({ name: node.name, inspection, clock: clockOffset(inspection, before, Date.now()) });
    }
    progress.step();
    return { node, payload, inspected };
  });
  progress.end();

  const report = statusReport(model, placement, asked, new Date());
  const findings = CHECKS.flatMap((check) => check({ model, placement, report, nodes: examined }));
  console.log(options.json ? JSON.stringify({ domain: model.domain, findings }, null, 2) : findingsText(findings, nodes.length));
  if (findings.length > 0) process.exitCode = 1;
}
