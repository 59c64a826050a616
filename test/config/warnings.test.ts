import { INVENTORY, load } from "./cluster-files";

function ids(files: Parameters<typeof load>[0]): string[] {
  const result = load(files);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.warnings.map((warning) => warning.id);
}

function core(count: number): string {
  const nodes = Array.from({ length: count }, (_, index) => `  core-${index}: { addresses: [10.0.0.${index + 1}], groups: [core] }\n`);
  return `${INVENTORY.slice(0, INVENTORY.indexOf("nodes:"))}nodes:\n${nodes.join("")}`;
}

describe("warnings", () => {
  test.each([
    [1, []],
    [2, ["core-even"]],
    [3, []],
    [5, []],
    [6, ["core-even", "core-large"]],
    [7, ["core-large"]],
  ])("a core of %i nodes", (count, expected) => {
    expect(ids({ "inventory.yml": core(count) })).toEqual(expected);
  });

  test("the agent is used where no key file is named", () => {
    expect(ids({ "inventory.yml": INVENTORY.replace(/^ssh.*\n/m, "") })).toEqual(["ssh-agent", "ssh-keys-unknown"]);
    const known = INVENTORY.replace(/^ssh.*\n/m, `ssh: { public_key: "ssh-ed25519 ${"A".repeat(68)} me" }\n`);
    expect(ids({ "inventory.yml": known })).toEqual(["ssh-agent"]);
  });

  test("what this version checks but does not do yet names the services", () => {
    const services = `a: { containers: [{ name: x, image: i }], public_endpoints: [{ name: www, port: 80 }] }
b: { containers: [{ name: x, image: i }] }
`;
    const result = load({ "services.yml": services });
    expect(result.ok && result.warnings).toEqual([
      { id: "containers-not-run", message: "this version checks containers but does not run them: a, b" },
      { id: "public-endpoints-not-served", message: "this version runs no gateway that would serve public_endpoints: a" },
    ]);
  });

  test("a folder of files that no service names", () => {
    expect(ids({ "services.yml": "web: { files: web }\n", "files/web/etc/a": "", "files/wbe/etc/b": "" })).toEqual(["files-unused"]);
  });
});
