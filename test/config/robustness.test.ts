import fc from "fast-check";
import { stringify } from "yaml";
import { file, INVENTORY, load } from "./cluster-files";

const ATTRIBUTES = [
  "scheduling_group",
  "num_instances",
  "service_credentials",
  "monitoring_endpoints",
  "public_endpoints",
  "containers",
  "user",
  "files",
  "systemd_services",
  "environment",
  "ports",
  "etcd_prefixes",
  "x-mine",
  "name",
  "extra_san",
  "volumes",
  "addresses",
  "groups",
  "ssh_address",
];
const scalar = fc.oneof(fc.constantFrom("web", "all", "etcd", "/a", "*", "", null, 0, 80, -1, 1.5, true), fc.string({ maxLength: 5 }));
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof({ depthSize: "small", withCrossShrink: true }, scalar, tie("list"), tie("map")),
  list: fc.array(tie("tree"), { maxLength: 4 }),
  map: fc.dictionary(fc.oneof(fc.constantFrom(...ATTRIBUTES), fc.string({ maxLength: 4 })), tie("tree"), { maxKeys: 5 }),
}));
const attributes = fc.dictionary(fc.constantFrom(...ATTRIBUTES), tree, { maxKeys: 6 });

/** What a user can do wrong never ends in an exception, and always has a place inside the file. */
function isAnswered(files: Parameters<typeof load>[0]): void {
  const result = load(files);
  if (result.ok) return;
  expect(result.problems.length).toBeGreaterThan(0);
  for (const problem of result.problems) {
    expect(problem.line).toBeGreaterThan(0);
    expect(problem.column).toBeGreaterThan(0);
    expect(problem.message).not.toMatch(/\n|undefined|\[object|Invalid input/);
  }
}

describe("any input is answered with a model or with problems", () => {
  test("any services", () => {
    const services = fc.dictionary(fc.constantFrom("web", "etcd", "include", "core-1", "db"), fc.oneof(tree, attributes, attributes));
    fc.assert(
      fc.property(services, (value) => isAnswered({ "services.yml": stringify(value) })),
      { numRuns: 150 },
    );
  });

  test("any inventory", () => {
    const key = fc.constantFrom("domain", "domain_public", "private_dir", "ssh", "admins", "nodes", "other");
    const nodes = fc.dictionary(fc.constantFrom("a", "b", "etcd"), fc.oneof(tree, attributes));
    fc.assert(
      fc.property(fc.dictionary(key, fc.oneof(tree, nodes)), (value) => isAnswered({ "inventory.yml": stringify(value) })),
      { numRuns: 150 },
    );
  });

  test("any bytes", () => {
    const text = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.stringMatching(/^[a\-:[\]{}&*!|>#'",?%@ \n\t<]{0,40}$/).map((value) => Buffer.from(value)),
    );
    fc.assert(
      fc.property(text, (bytes) => {
        isAnswered({ "services.yml": file(Buffer.from(bytes)) });
        isAnswered({ "inventory.yml": file(Buffer.from(bytes)) });
      }),
      { numRuns: 150 },
    );
  });
});

test("a large cluster is read in seconds", () => {
  const nodes = Array.from(
    { length: 500 },
    (_, index) => `  n${index}: { addresses: [10.1.${index >> 7}.${(index & 127) + 1}], groups: [core] }\n`,
  );
  const services = Array.from(
    { length: 1000 },
    (_, index) => `s${index}: { num_instances: 3, ports: [${1000 + index}], service_credentials: [{ name: s${index} }] }\n`,
  );
  const started = performance.now();
  const result = load({
    "inventory.yml": `${INVENTORY.slice(0, INVENTORY.indexOf("nodes:"))}nodes:\n${nodes.join("")}`,
    "services.yml": services.join(""),
  });
  expect(result.ok).toBe(true);
  expect(performance.now() - started).toBeLessThan(10_000);
});
