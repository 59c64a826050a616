import { calls } from "./coordination/calls";
import { failover } from "./coordination/failover";
import { losses } from "./coordination/losses";
import { smallData } from "./coordination/small-data";
import { addExample } from "./coordination/worked-example";
import { LabCluster } from "./support/lab-cluster";

/** Locks, elections and small data, as services use them. */
const cluster = new LabCluster({ name: "t-coordination", core: 3, workers: 2 });

beforeAll(async () => {
  cluster.services.jobs = { user: "jobs", etcd_prefixes: ["/jobs/", "/shared/"] };
  cluster.services.other = { user: "other", etcd_prefixes: ["/other/"] };
  addExample(cluster);
  await cluster.boot();
  const { code, output } = await cluster.deploy();
  expect(code, output).toBe(0);
});
afterAll(() => cluster.down());

describe("calls", () => calls(cluster));
describe("small data", () => smallData(cluster));
describe("what takes a lock away", () => losses(cluster));
describe("failover", () => failover(cluster));

test("after all this no guard is left, and a deploy has nothing to do", async () => {
  for (const node of Object.keys(cluster.nodes)) {
    const units = await cluster.exec(
      node,
      "systemctl list-units --plain --no-legend --all 'coordination-guard@*' | grep -v running || true",
    );
    expect(units, node).toBe("");
  }
  expect((await cluster.diff()).output).toContain("No changes.");
});
