import fc from "fast-check";
import { formatRecord, parseRecord, place, recordOf } from "../../constructs/scheduler";
import { modestArbitrary } from "./generators";
import { cluster, node, placed, service } from "./models";

const model = cluster(
  [node("worker-1", { groups: ["ssd"] }), node("core-1", { groups: ["core"] }), node("worker-2", { groups: ["ssd"], drain: true })],
  [service("web", { schedulingGroup: "ssd" }), service("agent", { numInstances: "all" })],
);

test("reads like a table: one line per service", () => {
  expect(formatRecord(recordOf(model, placed(model)))).toBe(`{
  "version": 1,
  "nodes": ["core-1", "worker-1", "worker-2"],
  "open": {
    "all": ["core-1", "worker-1"],
    "ssd": ["worker-1"]
  },
  "services": {
    "agent": { "group": "all", "instances": "all", "hosts": ["core-1", "worker-1", "worker-2"] },
    "web": { "group": "ssd", "instances": 1, "hosts": ["worker-1"] }
  }
}
`);
});

test("what was written is what is read", () => {
  fc.assert(
    fc.property(modestArbitrary({}), (model) => {
      const result = place(model);
      if (!result.ok) return;
      const record = recordOf(model, result.placement);
      const text = formatRecord(record);
      expect(parseRecord(text)).toEqual(record);
      expect(formatRecord(parseRecord(text))).toBe(text);
    }),
    { numRuns: 100 },
  );
});

test("a record without limits and open nodes is enough to keep everything", () => {
  const text = `{"version":1,"nodes":["core-1","worker-1","worker-2"],"services":{
    "agent":{"group":"all","hosts":["core-1","worker-1","worker-2"]},"web":{"group":"ssd","hosts":["worker-1"]}}}`;
  expect(placed(model, parseRecord(text)).moves).toEqual([]);
  expect(formatRecord(parseRecord(text))).not.toContain("open");
});

test("names that every JavaScript object knows are names like any other", () => {
  const odd = cluster([node("constructor")], [service("constructor")]);
  const first = placed(odd);
  expect(first.hosts).toEqual({ constructor: ["constructor"] });
  const empty = parseRecord('{"version":1,"nodes":["constructor"],"services":{}}');
  expect(placed(odd, empty).moves).toEqual([{ service: "constructor", from: [], to: ["constructor"], why: "new service" }]);
  expect(placed(odd, recordOf(odd, first)).moves).toEqual([]);
});

test.each([
  ["", /^placement\.json: it is not JSON \(.+\); restore it from a backup of private_dir$/],
  ["{ version: 1 }", /^placement\.json: it is not JSON \(/],
  [
    '{"version":2,"anything":true}',
    /^placement\.json: it has version 2, this minicluster reads version 1; use the minicluster that wrote it, or a newer one$/,
  ],
  ["[]", /^placement\.json: .*expected object/],
  ["{}", /^placement\.json: version: /],
  ['{"version":1,"nodes":"core-1","services":{}}', /^placement\.json: nodes: .*expected array/],
  [
    '{"version":1,"nodes":[],"services":{"web":{"group":"all","hosts":[7]}}}',
    /^placement\.json: services\.web\.hosts\.0: .*expected string/,
  ],
  ['{"version":1,"nodes":[],"services":{"web":{"hosts":[]}}}', /^placement\.json: services\.web\.group: /],
  ['{"version":1,"nodes":[],"services":{},"more":1}', /^placement\.json: .*"more"/],
])("refuses %j", (text, message) => {
  expect(() => parseRecord(text)).toThrow(message);
});
