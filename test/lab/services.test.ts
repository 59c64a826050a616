import { announcing } from "./naming/announce";
import { outage } from "./naming/outage";
import { presence } from "./naming/presence";
import { resolver } from "./naming/resolver";
import { etcdOutage } from "./services/etcd-outage";
import { hardening } from "./services/hardening";
import { identities } from "./services/identities";
import { powerCut } from "./services/power-cut";
import { LabCluster } from "./support/lab-cluster";
import { addWebService } from "./support/web-service";

/**
 * The services that ship with minicluster, on one cluster, since its deploy takes longer than most of what is asked of it.
 * Each part leaves the cluster as it found it. `npx vitest run --project lab test/lab/services.test.ts -t identities` runs one.
 */
const cluster = new LabCluster({ name: "t-services", core: 3, workers: 2 });

beforeAll(async () => {
  addWebService(cluster, "web", 8080);
  // Without a port: it may announce itself.
  cluster.services.quiet = { user: "quiet" };
  await cluster.boot();
  const { code, output } = await cluster.deploy();
  expect(code, output).toBe(0);
});
afterAll(() => cluster.down());

test("a deploy leaves nothing to change", async () => {
  expect((await cluster.diff()).output).toContain("No changes.");
});

describe("naming", () => {
  describe("presence", () => presence(cluster));
  describe("minicluster-announce", () => announcing(cluster));
  describe("the resolver", () => resolver(cluster));
  describe("without etcd", () => outage(cluster));
});
describe("hardening", () => hardening(cluster));
describe("identities", () => identities(cluster));
describe("an outage of etcd", () => etcdOutage(cluster));
describe("a power cut", () => powerCut(cluster));
