import type { ServiceModel } from "../../constructs/config/model";
import { formatRejection, place } from "../../constructs/scheduler";
import { cluster, node, nodes, placed, record, rejected, service, volumes } from "./models";

type Edge = [number, number];

/** Mycielski's graphs: no triangle, yet each one needs a colour more than the one before. The second is a ring of five. */
function mycielski(steps: number): { size: number; edges: Edge[] } {
  let graph: { size: number; edges: Edge[] } = { size: 2, edges: [[0, 1]] };
  for (let step = 0; step < steps; step++) {
    const { size, edges } = graph;
    const shadows = edges.flatMap(([a, b]): Edge[] => [
      [a, size + b],
      [b, size + a],
    ]);
    const hub = Array.from({ length: size }, (_, i): Edge => [size + i, 2 * size]);
    graph = { size: 2 * size + 1, edges: [...edges, ...shadows, ...hub] };
  }
  return graph;
}

/** One service for each vertex, one port for each edge: a colouring is a placement, a colour a node. */
function contending(steps: number): ServiceModel[] {
  const { size, edges } = mycielski(steps);
  return Array.from({ length: size }, (_, vertex) =>
    service(`service-${vertex}`, { ports: edges.flatMap((edge, i) => (edge.includes(vertex) ? [8000 + i] : [])) }),
  );
}

describe("ports that contend", () => {
  test.each([
    [1, 3],
    [2, 4],
    [3, 5],
  ])("Mycielski graph %i is placed on %i nodes, and on one less it is refused", (steps, colours) => {
    const services = contending(steps);
    expect(place(cluster(nodes(colours), services)).ok).toBe(true);
    for (const { message } of rejected(place(cluster(nodes(colours - 1), services)))) expect(message).toContain("ports apart");
  });

  test("a tangle is given up in bounded time, and said to be", () => {
    const model = cluster(nodes(5), contending(4));
    const start = performance.now();
    const [rejection] = rejected(place(model));
    expect(performance.now() - start).toBeLessThan(3000);
    expect(rejection?.message).toContain("none of very many assignments");
  });

  test("whoever comes first gives way where a legal assignment exists", () => {
    const wide = Array.from({ length: 40 }, (_, i) => service(`wide-${i}`, { numInstances: 2, ports: [80] }));
    const narrow = service("narrow", { numInstances: 20, ports: [80], schedulingGroup: "ssd" });
    const model = cluster([...nodes(80, "plain-"), ...nodes(20, "ssd-", { groups: ["ssd"] })], [...wide, narrow]);
    expect(placed(model).hosts.narrow).toHaveLength(20);
  });

  test("of a changed port one side moves, the later by name, and the reason says so", () => {
    const model = cluster(nodes(3), [service("api", { ports: [80] }), service("web", { ports: [80] })]);
    const placement = placed(model, record(model, { api: ["n1"], web: ["n1"] }));
    expect(placement.hosts.api).toEqual(["n1"]);
    expect(placement.moves).toEqual([{ service: "web", from: ["n1"], to: placement.hosts.web, why: "port 80 on n1 is taken by api" }]);
    expect(placement.reasons.find((r) => r.service === "web")?.reason).toBe("moved here: port 80 on n1 is taken by api");
  });

  test("the one in everybody's way moves rather than all the others", () => {
    const services = [service("a", { ports: [80, 81] }), service("b", { ports: [80] }), service("c", { ports: [81] })];
    const model = cluster(nodes(2), services);
    expect(placed(model, record(model, { a: ["n1"], b: ["n1"], c: ["n1"] })).hosts).toEqual({ a: ["n2"], b: ["n1"], c: ["n1"] });
  });

  test("data stays, whatever its name", () => {
    const model = cluster(nodes(2), [service("api", { ports: [80] }), service("web", { ports: [80], ...volumes("/srv/web") })]);
    expect(placed(model, record(model, { api: ["n1"], web: ["n1"] })).hosts).toEqual({ api: ["n2"], web: ["n1"] });
  });

  test("if the one that should move cannot, the other one does", () => {
    const model = cluster(
      [node("n1", { groups: ["ssd"] }), node("n2")],
      [service("api", { ports: [80] }), service("web", { ports: [80], schedulingGroup: "ssd" })],
    );
    expect(placed(model, record(model, { api: ["n1"], web: ["n1"] })).hosts).toEqual({ api: ["n2"], web: ["n1"] });
  });

  test("an `all` service that takes a port drives the limited one to another node, or it is refused", () => {
    const edge = service("edge", { numInstances: "all", schedulingGroup: "ssd", ports: [80] });
    const web = service("web", { ports: [80] });
    const model = cluster([node("n1", { groups: ["ssd"] }), node("n2")], [edge, web]);
    const before = record(model, { edge: ["n1"], web: ["n1"] });
    expect(placed(model, before).hosts.web).toEqual(["n2"]);
    const everywhere = cluster(model.nodes, [{ ...edge, schedulingGroup: "all" }, web]);
    expect(rejected(place(everywhere)).map(formatRejection)).toEqual([
      "web: 1 instance wanted, no node can host one; lower num_instances, add nodes or free what is in the way\n  n1, n2: port 80 is taken by edge",
    ]);
  });

  test("a new `all` service does not drive anybody away", () => {
    const web = service("web", { ports: [80] });
    const before = cluster([node("n1", { groups: ["ssd"] }), node("n2")], [web]);
    const after = cluster(before.nodes, [service("edge", { numInstances: "all", schedulingGroup: "ssd", ports: [80] }), web]);
    expect(rejected(place(after, record(before, { web: ["n1"] })))).toMatchObject([
      {
        service: "edge",
        nodes: [
          { node: "n1", why: "port 80 is taken by web" },
          { node: "n2", why: "not in group ssd" },
        ],
      },
    ]);
    expect(placed(after, record(before, { web: ["n2"] })).hosts).toEqual({ edge: ["n1"], web: ["n2"] });
  });
});
