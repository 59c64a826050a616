import { coordination } from "./services/coordination";
import { etcdOutage } from "./services/etcd-outage";
import { identities } from "./services/identities";
import { logs } from "./services/logs";
import { metrics } from "./services/metrics";
import { naming } from "./services/naming";
import { powerCut } from "./services/power-cut";
import { LabCluster } from "./support/lab-cluster";
import { addWebService } from "./support/web-service";
import { Webhook } from "./support/webhook";

/**
 * The services that ship with minicluster, on one cluster, since its deploy takes longer than most of what is asked of it.
 * Each part leaves the cluster as it found it. `npx vitest run --project lab test/lab/services.test.ts -t naming` runs one.
 */
const cluster = new LabCluster({ name: "t-services", core: 3, workers: 2 });
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

describe("naming", () => naming(cluster));
describe("coordination", () => coordination(cluster));
describe("metrics", () => metrics(cluster, webhook));
describe("logs", () => logs(cluster));
describe("identities", () => identities(cluster));
describe("an outage of etcd", () => etcdOutage(cluster));
describe("a power cut", () => powerCut(cluster));
