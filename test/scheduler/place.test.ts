import { formatRejection, place, recordOf } from "../../constructs/scheduler";
import { cluster, loads, node, nodes, placed, record, rejected, service, volumes } from "./models";

describe("a rejection", () => {
  test("says for each node why not", () => {
    const model = cluster(
      [
        node("core-1", { groups: ["core"] }),
        node("worker-1", { groups: ["ssd"], drain: true }),
        node("worker-2", { groups: ["ssd"] }),
        node("worker-3", { groups: ["ssd"] }),
        node("worker-4", { groups: ["ssd", "edge"] }),
      ],
      [
        service("web", { schedulingGroup: "ssd", numInstances: 4, ports: [8080] }),
        service("proxy", { schedulingGroup: "edge", numInstances: "all", ports: [8080] }),
      ],
    );
    expect(rejected(place(model)).map(formatRejection)).toEqual([
      `web: 4 instances wanted in group ssd, only 2 nodes can; lower num_instances, add nodes or free what is in the way
  core-1: not in group ssd
  worker-1: drained
  worker-2, worker-3: already runs an instance
  worker-4: port 8080 is taken by proxy`,
    ]);
  });

  test("names the data that would be left behind", () => {
    const model = cluster(nodes(3), [service("db", { numInstances: 2, ...volumes("/srv/db", "/srv/wal") })]);
    const before = record(model, { db: ["n1", "n2"] });
    const without = cluster(model.nodes.slice(1), model.services);
    expect(rejected(place(without, before)).map(formatRejection)).toEqual([
      `db: its data (/srv/db, /srv/wal) lies on n1, and an instance elsewhere would start empty: n1 was removed; undo that, or move the data first
  n2: already runs an instance
  n3: would start without the data of n1`,
    ]);
    const drained = cluster([node("n1", { drain: true }), node("n2"), node("n3")], model.services);
    expect(rejected(place(drained, before))).toMatchObject([{ service: "db", nodes: [{ node: "n1", why: "drained" }, {}, {}] }]);
    // With one instance less nothing starts empty.
    const fewer = cluster(without.nodes, [service("db", { numInstances: 1, ...volumes("/srv/db") })]);
    expect(placed(fewer, before).hosts.db).toEqual(["n2"]);
  });

  test("comes for every service that cannot be placed, and for no other", () => {
    const services = [service("a", { numInstances: 3 }), service("b", { schedulingGroup: "ssd" }), service("c")];
    expect(rejected(place(cluster(nodes(2), services))).map((r) => r.service)).toEqual(["a", "b"]);
  });

  test("refuses two `all` services on one port: the user's own, not the embedded one", () => {
    const services = [
      service("agent", { numInstances: "all", ports: [9100] }),
      service("node-exporter", { numInstances: "all", ports: [9100], embedded: true }),
    ];
    expect(rejected(place(cluster(nodes(1), services)))).toMatchObject([
      { service: "agent", nodes: [{ node: "n1", why: "port 9100 is taken by node-exporter" }] },
    ]);
  });
});

describe("an embedded service", () => {
  const prometheus = service("prometheus", { embedded: true, schedulingGroup: "core", numInstances: 2 });
  const core = (...names: string[]) => names.map((name) => node(name, { groups: ["core"] }));

  test("that wants two runs one on a core of one, and two as the core grows", () => {
    const one = cluster(core("core-1"), [prometheus]);
    const first = placed(one);
    expect(first.hosts.prometheus).toEqual(["core-1"]);
    const two = placed(cluster(core("core-1", "core-2"), [prometheus]), recordOf(one, first));
    expect(two.moves).toEqual([{ service: "prometheus", from: [], to: ["core-2"], why: "core-2 was added" }]);
  });

  test("is never placed nowhere", () => {
    const drained = cluster([node("core-1", { groups: ["core"], drain: true })], [prometheus]);
    expect(rejected(place(drained))).toMatchObject([{ service: "prometheus", nodes: [{ why: "drained" }] }]);
  });
});

describe("a change of num_instances", () => {
  const model = cluster(nodes(4), [service("busy", { numInstances: 1 }), service("web", { numInstances: 3 })]);
  const before = record(model, { busy: ["n2"], web: ["n1", "n2", "n3"] });
  const withWeb = (numInstances: number | "all") => cluster(model.nodes, [service("busy"), service("web", { numInstances })]);

  test("lowered: the most loaded node gives its instance up", () => {
    expect(placed(withWeb(2), before).moves).toEqual([{ service: "web", from: ["n2"], to: [], why: "num_instances 3 -> 2" }]);
  });

  test("lowered: a node that is known to be down gives up first", () => {
    const down = cluster([node("n1"), node("n2"), node("n3", { skip: true }), node("n4")], withWeb(2).services);
    expect(placed(down, before).hosts.web).toEqual(["n1", "n2"]);
  });

  test("raised: the least loaded node gets one", () => {
    const { moves, reasons } = placed(withWeb(4), before);
    expect(moves).toEqual([{ service: "web", from: [], to: ["n4"], why: "num_instances 3 -> 4" }]);
    expect(reasons).toContainEqual({ service: "web", host: "n4", reason: "added here: num_instances 3 -> 4" });
  });

  test("from all to a number and back", () => {
    const all = withWeb("all");
    const everywhere = recordOf(all, placed(all, before));
    expect(everywhere.services.web?.hosts).toEqual(["n1", "n2", "n3", "n4"]);
    const [move] = placed(withWeb(1), everywhere).moves;
    expect(move).toMatchObject({ service: "web", to: [], why: "num_instances all -> 1" });
    expect(move?.from).toContain("n2");
  });
});

describe("moves in human words", () => {
  const services = [
    service("agent", { numInstances: "all" }),
    service("ssd-agent", { numInstances: "all", schedulingGroup: "ssd" }),
    ...Array.from({ length: 6 }, (_, i) => service(`web-${i}`, { numInstances: 2 })),
  ];
  const model = cluster(nodes(3), services);
  const before = recordOf(model, placed(model));

  test("a node that was added gets its fair share and no more", () => {
    const grown = cluster([...model.nodes, node("n4", { groups: ["ssd"] })], services);
    const { moves, ...placement } = placed(grown, before);
    expect(moves.slice(0, 2)).toEqual([
      { service: "agent", from: [], to: ["n4"], why: "n4 was added" },
      { service: "ssd-agent", from: [], to: ["n4"], why: "n4 was added" },
    ]);
    expect(moves).toHaveLength(5);
    for (const move of moves.slice(2)) expect(move).toMatchObject({ to: ["n4"], why: "n4 was added" });
    expect([...loads(grown, { ...placement, moves }).values()]).toEqual([3, 3, 3, 3]);
  });

  test("a node that was removed, drained, left its group", () => {
    const removed = placed(cluster(model.nodes.slice(0, 2), services), before);
    expect(removed.moves.map((move) => move.why)).toEqual(removed.moves.map(() => "n3 was removed"));
    expect(removed.moves.length).toBeGreaterThan(2);
    const drained = placed(cluster([node("n1"), node("n2"), node("n3", { drain: true })], services), before);
    expect(drained.hosts.agent).toContain("n3");
    for (const move of drained.moves) expect(move).toMatchObject({ from: ["n3"], why: "n3 is drained" });
    const grouped = cluster(nodes(2, "n", { groups: ["ssd"] }), [service("ssd-agent", { numInstances: "all", schedulingGroup: "ssd" })]);
    const left = cluster([node("n1", { groups: ["ssd"] }), node("n2")], grouped.services);
    expect(placed(left, recordOf(grouped, placed(grouped))).moves).toEqual([
      { service: "ssd-agent", from: ["n2"], to: [], why: "n2 left group ssd" },
    ]);
    expect(placed(grouped, recordOf(left, placed(left))).moves).toEqual([
      { service: "ssd-agent", from: [], to: ["n2"], why: "n2 joined group ssd" },
    ]);
  });

  test("a node that comes back from a drain gets its share again", () => {
    const drained = cluster([node("n1"), node("n2"), node("n3", { drain: true })], services);
    const empty = recordOf(drained, placed(drained, before));
    const back = placed(model, empty);
    expect(back.moves.length).toBeGreaterThan(0);
    for (const move of back.moves) expect(move).toMatchObject({ to: ["n3"], why: "n3 is no longer drained" });
  });

  test("new and removed services", () => {
    const changed = cluster(model.nodes, [...services.slice(0, -1), service("zoo")]);
    expect(placed(changed, before).moves).toMatchObject([
      { service: "web-5", to: [], why: "the service was removed" },
      { service: "zoo", from: [], why: "new service" },
    ]);
  });

  test("a changed group", () => {
    const start = cluster([node("n1"), node("n2", { groups: ["ssd"] })], [service("web")]);
    const changed = cluster(start.nodes, [service("web", { schedulingGroup: "ssd" })]);
    expect(placed(changed, record(start, { web: ["n1"] })).moves).toEqual([
      { service: "web", from: ["n1"], to: ["n2"], why: "scheduling_group all -> ssd" },
    ]);
  });

  test("a node known to be down keeps what it has and gets nothing more", () => {
    const down = model.nodes.map((n) => (n.name === "n1" ? { ...n, skip: true } : n));
    expect(placed(cluster(down, services), before).moves).toEqual([]);
    const more = placed(cluster(down, [...services, service("x", { numInstances: 2 })]), before);
    expect(more.hosts.x).toEqual(["n2", "n3"]);
  });
});

test("a first placement has reasons and no moves", () => {
  const { reasons, moves } = placed(cluster(nodes(5), [service("web", { numInstances: 2 })]));
  expect(reasons.map((r) => r.reason)).toEqual(["highest rendezvous score", "highest rendezvous score"]);
  expect(moves).toEqual([]);
});

test("names alone decide: these hosts are the same on every machine and in every version", () => {
  const services = ["api", "cron", "web"].map((name) => service(name, { numInstances: 2 }));
  expect(placed(cluster(nodes(5), services)).hosts).toMatchInlineSnapshot(`
    {
      "api": [
        "n1",
        "n5",
      ],
      "cron": [
        "n3",
        "n4",
      ],
      "web": [
        "n2",
        "n3",
      ],
    }
  `);
});
