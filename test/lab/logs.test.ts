import { delivery } from "./logs/delivery";
import { hostile } from "./logs/hostile";
import { keeping } from "./logs/keeping";
import { LabCluster } from "./support/lab-cluster";
import { until } from "./support/until";
import { addWebService } from "./support/web-service";

/** The way of a line, from a program on a node to `minicluster logs`. One core node: it collects, and relays its own. */
const cluster = new LabCluster({ name: "t-logs", core: 1, workers: 2 });

beforeAll(async () => {
  addWebService(cluster, "web", 8080);
  await cluster.boot();
  const { code, output } = await cluster.deploy();
  expect(code, output).toBe(0);
});
afterAll(() => cluster.down());

describe("delivery", () => delivery(cluster));
describe("hostile", () => hostile(cluster));
describe("keeping", () => keeping(cluster));

test("after all this every node's lines arrive, and the cluster is as it was", async () => {
  const nodes = Object.keys(cluster.nodes);
  const arrived = (node: string) =>
    cluster.exec(
      node,
      "systemctl start log-probe; sed -n 's/^minicluster_log_probe_timestamp_seconds //p' /var/lib/prometheus/node-exporter/minicluster-logs.prom",
    );
  // A relay that met a collector that went away may be restarted by the second probe.
  const ask = async () => {
    const asked = Date.now() / 1000;
    return (await Promise.all(nodes.map(arrived))).map((at) => Number(at) - asked);
  };
  await until(ask, (ages) => ages.every((age) => age >= -1), 120);
  expect((await cluster.diff()).output).toContain("No changes.");
});
