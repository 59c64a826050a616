import { setTimeout as sleep } from "node:timers/promises";
import type { LabCluster } from "../support/lab-cluster";
import { hostsOf } from "../support/prometheus";
import { until } from "../support/until";
import type { Webhook } from "../support/webhook";

const NODE_EXPORTER = "prometheus-node-exporter";
/** From the instance's end to the notification. */
const PROMISED_SECONDS = 120;

/** The way of an alert for real: from a process that is gone to a webhook outside. */
export function alerting(cluster: LabCluster, webhook: Webhook): void {
  const notified = async (host: string, after: number) => {
    const seconds = await until(
      () => webhook.firing(host, after).length,
      (count) => count > 0,
      PROMISED_SECONDS,
    );
    const [first] = webhook.firing(host, after);
    expect(first?.labels).toMatchObject({ alertname: "InstanceDown", severity: "critical", cluster: cluster.domain });
    expect(first?.annotations.action).toContain("minicluster");
    console.log(`told after ${seconds.toFixed(0)} s that node-exporter on ${host} is gone`);
  };

  test("a stopped node-exporter is told within two minutes, once; and that it is back", async () => {
    const began = performance.now();
    await cluster.exec("worker-1", `systemctl stop ${NODE_EXPORTER}`);
    try {
      await notified("worker-1", began);
      expect((await cluster.minicluster("doctor")).output).toContain("worker-1: Prometheus cannot scrape node-exporter");
      // Longer than the other Alertmanager waits for its peer, and than a group's interval.
      await sleep(20_000);
      expect(webhook.firing("worker-1", began)).toHaveLength(1);
      expect(webhook.strangers).toBe(0);
    } finally {
      await cluster.exec("worker-1", `systemctl start ${NODE_EXPORTER}`);
    }
    const resolved = () =>
      webhook.notifications.filter(
        ({ status, labels, at }) => status === "resolved" && labels.host === "worker-1" && labels.service === "node-exporter" && at > began,
      );
    await until(
      () => resolved().length,
      (count) => count > 0,
      120,
    );
  });

  test("it is told with one Alertmanager down and one Prometheus killed as well", async () => {
    const [alertmanager = ""] = await hostsOf(cluster, "alertmanager");
    const [, prometheus = ""] = await hostsOf(cluster, "prometheus");
    await cluster.exec(alertmanager, "systemctl stop prometheus-alertmanager");
    // Killed for good: systemd would have it back in two seconds.
    await cluster.exec(prometheus, "systemctl kill -s KILL prometheus; systemctl stop prometheus");
    const began = performance.now();
    await cluster.exec("worker-2", `systemctl stop ${NODE_EXPORTER}`);
    try {
      await notified("worker-2", began);
    } finally {
      await cluster.exec("worker-2", `systemctl start ${NODE_EXPORTER}`);
      await cluster.exec(alertmanager, "systemctl start prometheus-alertmanager");
      await cluster.exec(prometheus, "systemctl start prometheus");
    }
  });
}
