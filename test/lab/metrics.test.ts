import { alerting } from "./metrics/alerting";
import { rules } from "./metrics/rules";
import { scraping } from "./metrics/scraping";
import { monitoredServices } from "./metrics/services";
import { LabCluster } from "./support/lab-cluster";
import { until } from "./support/until";
import { addWebService } from "./support/web-service";
import { Webhook } from "./support/webhook";

/** Prometheus, Alertmanager and node-exporter. Its waiting is what the alerts' own times ask for. */
const cluster = new LabCluster({ name: "t-metrics", core: 3, workers: 2 });
const webhook = new Webhook(cluster);

beforeAll(async () => {
  addWebService(cluster, "web", 8080);
  await cluster.boot();
  await webhook.listen();
  const { code, output } = await cluster.deploy();
  expect(code, output).toBe(0);
});
afterAll(async () => {
  webhook.close();
  await cluster.down();
});

describe("scraping", () => scraping(cluster));
describe("rules", () => rules(cluster));
describe("services that come and go", () => monitoredServices(cluster));
describe("alerting", () => alerting(cluster, webhook));

test("the doctor finds nothing in the end, and a deploy has nothing to do", async () => {
  await until(
    async () => (await cluster.minicluster("doctor")).output,
    (output) => output.includes("all is well"),
    60,
  );
  expect((await cluster.diff()).output).toContain("No changes.");
});
