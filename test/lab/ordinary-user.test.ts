import { LabCluster } from "./support/lab-cluster";
import { addWebService, nodesRunning } from "./support/web-service";

/** Everything through a user who is not root, with sudo; on machines with other names, an IPv6 first address and one core node. */
const cluster = new LabCluster({ name: "t-ordinary", core: 1, workers: 2, user: "ops", bare: true });

beforeAll(async () => {
  cluster.nodes["worker-2"] = { addresses: [cluster.address6(22), cluster.address(22)] };
  addWebService(cluster, "web", 8080);
  await cluster.boot();
});
afterAll(() => cluster.down());

test("deploys, and changes nothing the second time", async () => {
  const { code, output } = await cluster.deploy();
  expect(code, output).toBe(0);
  expect((await cluster.diff()).output).toContain("No changes.");
  expect(await nodesRunning(cluster, "web.service")).toHaveLength(2);
  expect((await cluster.etcdctl("core-1", "endpoint health")).match(/is healthy/g)).toHaveLength(1);
});

test("the commands see what root sees", async () => {
  const status = await cluster.minicluster("status");
  expect(status.code, status.output).toBe(0);
  const diff = await cluster.minicluster("diff");
  expect(diff.code, diff.output).toBe(0);
  expect((await cluster.minicluster("ssh", "worker-2", "id -un")).output.trim()).toBe("ops");
});

test("what was uploaded is theirs alone, and no key stays in their home", async () => {
  for (const node of ["core-1", "worker-2"]) {
    expect(await cluster.exec(node, "stat -c '%a %U' /home/ops/.minicluster")).toBe("700 ops");
    expect(await cluster.exec(node, "find /home/ops/.minicluster -type f -size +0")).toBe("");
  }
});

test("a service moves from a node that is drained", async () => {
  const [first = ""] = await nodesRunning(cluster, "web.service");
  cluster.nodes[first] = { ...cluster.nodes[first], drain: true };
  cluster.write();
  const { code, output } = await cluster.deploy();
  expect(code, output).toBe(0);
  const after = await nodesRunning(cluster, "web.service");
  expect(after).toHaveLength(2);
  expect(after).not.toContain(first);
});

test("a user who may not use sudo is told so", async () => {
  await cluster.exec("worker-1", "rm /etc/sudoers.d/90-cloud-init-users");
  await cluster.minicluster("redeliver", "worker-1");
  const { code, output } = await cluster.deploy();
  expect(code).not.toBe(0);
  expect(output).toContain("FAILED worker-1: ops may not use sudo without a password");
});
