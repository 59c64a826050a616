import type { Check, ExaminedNode, Finding } from "./finding";

/** A probe is sent each minute, and a relay that is stuck is restarted after the second one that does not arrive. */
const LATE_SECONDS = 300;

/** Does what a node says reach the log collector? Its own probe knows. */
export const logProbes: Check = ({ placement, nodes }) => {
  const relays = placement.hosts["log-relay"] ?? [];
  return nodes.filter(({ name }) => relays.includes(name)).flatMap((node) => findingsOf(node, placement.hosts["log-collector"]?.[0]));
};

function findingsOf(node: ExaminedNode, collector = "its node"): Finding[] {
  const finding = (found: string, fix: string): Finding => ({ check: "logs", node: node.name, found, fix });
  const value = (metric: string) =>
    node.inspection.facts.find(([kind, name]) => kind === "logs" && name === `minicluster_log_${metric}`)?.[2];
  const arrived = Number(value("probe_timestamp_seconds") ?? 0);
  const clock = Number(node.inspection.facts.find(([kind]) => kind === "clock")?.[1] ?? 0);
  const waiting = value("queue_size") ?? "0";
  const discarded = value("discarded_total") ?? "0";
  return [
    ...(clock - arrived > LATE_SECONDS
      ? [
          finding(
            `${arrived === 0 ? "no line of it has reached the log collector" : `its last line reached the log collector ${Math.round((clock - arrived) / 60)} min ago`}; ${waiting} lines wait`,
            `see log-collector.service and log-answer.service on ${collector}, then log-relay.service and log-probe.service on ${node.name}`,
          ),
        ]
      : []),
    ...(discarded === "0"
      ? []
      : [
          finding(
            `its queue for the log collector was full: ${discarded} lines are lost`,
            "give logs.queue_bytes more room in inventory.yml, or mend the collector sooner",
          ),
        ]),
  ];
}
