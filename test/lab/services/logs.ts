import type { LabCluster } from "../support/lab-cluster";
import { delivery } from "./logs/delivery";
import { hostile } from "./logs/hostile";
import { keeping } from "./logs/keeping";

export function logs(cluster: LabCluster): void {
  describe("delivery", () => delivery(cluster));
  describe("hostile", () => hostile(cluster));
  describe("keeping", () => keeping(cluster));

  test("after all this every node's lines arrive, and the cluster is as it was", async () => {
    const nodes = Object.keys(cluster.nodes);
    await Promise.all(nodes.map((node) => cluster.exec(node, "systemctl start log-probe")));
    const now = Date.now() / 1000;
    for (const node of nodes) {
      const arrived = await cluster.exec(
        node,
        "sed -n 's/^minicluster_log_probe_timestamp_seconds //p' /var/lib/prometheus/node-exporter/minicluster-logs.prom",
      );
      expect(now - Number(arrived), node).toBeLessThan(60);
    }
    expect((await cluster.diff()).output).toContain("No changes.");
  });
}
