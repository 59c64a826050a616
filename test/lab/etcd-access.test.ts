import { call, type EtcdClientProps, type GrpcAnswer, message, operations, put, range, transaction } from "./support/etcd-grpc";
import { LabCluster } from "./support/lab-cluster";

/** Who may do what in etcd, tried over its own protocol with the certificates that lie on the nodes. */
const cluster = new LabCluster({ name: "t-access", core: 3, workers: 1 });
const DENIED = { status: 7, message: "etcdserver: permission denied" };

let web: EtcdClientProps;
let jobs: EtcdClientProps;

beforeAll(async () => {
  cluster.nodes["worker-1"] = { ...cluster.nodes["worker-1"], groups: ["workers"] };
  cluster.services.web = { user: "web", scheduling_group: "workers", etcd_prefixes: ["/web/"] };
  cluster.services.jobs = { user: "jobs", scheduling_group: "workers", etcd_prefixes: ["/jobs"] };
  await cluster.boot();
  const { code, output } = await cluster.deploy();
  expect(code, output).toBe(0);
  web = await client("worker-1", "web");
  jobs = await client("worker-1", "jobs");
  await cluster.etcdctl("core-1", "put /jobs/secret treasure");
});
afterAll(() => cluster.down());

/** Asks core-1 with a certificate of a node. */
async function client(node: string, service: string): Promise<EtcdClientProps> {
  const pem = (file: string) => cluster.exec(node, `cat /etc/credentials/etcd/${service}/${file}.pem`);
  const [ca, cert, key] = await Promise.all([pem("ca"), pem("cert"), pem("private_key")]);
  return { address: cluster.addressOf("core-1"), servername: `etcd.${cluster.domain}`, ca, cert, key };
}

const said = ({ status, message }: GrpcAnswer) => ({ status, message });
/** Users or roles, but for those of minicluster's own services. */
const named = async (kind: "user" | "role") =>
  (await cluster.etcdctl("core-1", `${kind} list`)).split("\n").filter((name) => !/^(nameserver|prometheus|servicereg)@/.test(name));

describe("a service", () => {
  test("reads and writes below its prefix", async () => {
    expect(await call(web, "KV/Put", put("/web/page", "hello"))).toMatchObject({ status: 0 });
    const answer = await call(web, "KV/Range", range("/web/", "/web0"));
    expect(answer.body.toString()).toContain("hello");
  });

  test.each(["/web", "/website", "/jobs/secret", "/", "web/page", "minicluster/etcd-access"])(
    "neither reads nor writes %s",
    async (key) => {
      expect(said(await call(web, "KV/Range", range(key)))).toEqual(DENIED);
      expect(said(await call(web, "KV/Put", put(key, "mine")))).toEqual(DENIED);
    },
  );

  test.each([
    ["all keys", "\0", "\0"],
    ["a range that begins in its prefix", "/web/", "/zzz"],
    ["a range that ends in its prefix", "/jobs/", "/web/z"],
  ])("gets no %s", async (_, from, to) => {
    expect(said(await call(web, "KV/Range", range(from, to)))).toEqual(DENIED);
    expect(said(await call(web, "KV/DeleteRange", range(from, to)))).toEqual(DENIED);
  });

  test("with a prefix that lacks its last slash has what is below, not what begins alike", async () => {
    expect((await call(jobs, "KV/Range", range("/jobs/secret"))).body.toString()).toContain("treasure");
    expect(said(await call(jobs, "KV/Range", range("/jobsite")))).toEqual(DENIED);
  });

  test("cannot change who may do what", async () => {
    expect(said(await call(web, "Auth/AuthDisable", message({})))).toEqual(DENIED);
    expect(said(await call(web, "Auth/UserGrantRole", message({ 1: "web@worker-1", 2: "root" })))).toEqual(DENIED);
    expect(said(await call(web, "Cluster/MemberRemove", message({ 1: 1 })))).toEqual(DENIED);
  });
});

test("a certificate of etcd's CA whose name is no user gets no key", async () => {
  const member = await client("core-2", "etcd");
  expect(said(await call(member, "KV/Range", range("/web/page")))).toEqual(DENIED);
  expect(said(await call(member, "KV/Put", put("/web/page", "mine")))).toEqual(DENIED);
});

describe("what broke etcd 3.5.16", () => {
  const nested = (operation: Buffer) => transaction(operations.transaction(transaction(operation)));

  test("a nested transaction reaches no other service's keys", async () => {
    const own = await call(web, "KV/Txn", nested(operations.range(range("/web/page"))));
    expect(own.status, own.message).toBe(0);
    expect(own.body.toString()).toContain("hello");
    for (const operation of [
      operations.range(range("/jobs/secret")),
      operations.put(put("/jobs/secret", "mine")),
      operations.delete(range("/jobs/secret")),
      operations.transaction(transaction(operations.range(range("/jobs/secret")))),
    ]) {
      const answer = await call(web, "KV/Txn", nested(operation));
      expect(said(answer)).toEqual(DENIED);
      expect(answer.body.toString()).not.toContain("treasure");
    }
    expect(await cluster.etcdctl("core-1", "get --print-value-only /jobs/secret")).toBe("treasure");
  });

  test("a full database lets nobody turn authentication off", async () => {
    const member = (await cluster.etcdctl("core-1", "endpoint status --write-out=fields")).match(/^"MemberID" : (\d+)/m)?.[1];
    const admin = await client("core-1", "admin");
    const alarm = await call(admin, "Maintenance/Alarm", message({ 1: 1, 2: BigInt(member ?? 0), 3: 1 }));
    expect(alarm.status, alarm.message).toBe(0);
    try {
      expect(await cluster.etcdctl("core-1", "alarm list")).toContain("NOSPACE");
      expect((await call(web, "KV/Put", put("/web/page", "more"))).message).toContain("database space exceeded");
      expect(said(await call(web, "Auth/AuthDisable", message({})))).toEqual(DENIED);
      expect(said(await call(web, "Auth/UserGrantRole", message({ 1: "web@worker-1", 2: "root" })))).toEqual(DENIED);
      expect(said(await call(web, "KV/Range", range("/jobs/secret")))).toEqual(DENIED);
      expect(await cluster.etcdctl("core-1", "auth status")).toContain("Authentication Status: true");
    } finally {
      await cluster.etcdctl("core-1", "alarm disarm");
    }
    expect(await call(web, "KV/Put", put("/web/page", "again"))).toMatchObject({ status: 0 });
  });
});

test("a service that is turned away loses its user and one that comes has its own, with a core node down and authentication off", async () => {
  delete cluster.services.web;
  cluster.services.docs = { user: "docs", scheduling_group: "workers", etcd_prefixes: ["/docs/"] };
  await cluster.lab.kill("core-3");
  cluster.nodes["core-3"] = { ...cluster.nodes["core-3"], skip: true };
  cluster.write();
  // What a deploy finds: a user and a role that are not ours, one of ours that is gone, no authentication.
  for (const command of ["user add backup --no-password", "role add backup", "user delete jobs@worker-1", "auth disable"])
    await cluster.etcdctl("core-1", command);

  const { code, output } = await cluster.deploy();
  expect(code, output).toBe(0);
  expect(output).not.toMatch(/restart etcd/);
  expect(await named("user")).toEqual(["admin@core-1", "admin@core-2", "admin@core-3", "backup", "docs@worker-1", "jobs@worker-1", "root"]);
  expect(await named("role")).toEqual(["backup", "docs@worker-1", "jobs@worker-1", "root"]);
  expect(said(await call(web, "KV/Range", range("/web/page")))).toEqual(DENIED);
  expect((await call(jobs, "KV/Range", range("/jobs/secret"))).body.toString()).toContain("treasure");
  expect(await call(await client("worker-1", "docs"), "KV/Put", put("/docs/a", "b"))).toMatchObject({ status: 0 });
  // Only the last one that is delivered takes away.
  expect(await cluster.exec("core-1", "journalctl -t etcd-access -o cat")).not.toContain("remove-");
  expect(await cluster.exec("core-2", "journalctl -t etcd-access -o cat")).toContain("remove-user web@worker-1");
});
