import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { goDirective } from "../../setup/go";
import { hostArchitecture, readRecipe, recipes, sourceDigest } from "../../setup/recipe";

describe.each(recipes().map((recipe) => [recipe.name, recipe] as const))("the recipe of %s", (_, recipe) => {
  const goMod = readFileSync(join(recipe.module, "go.mod"), "utf8");

  test("builds exactly the programs that its wrapper module pins", () => {
    const tools = [...goMod.matchAll(/^(?:tool |\t)([\w./-]+)$/gm)].map(([, tool]) => tool);
    expect(tools.sort()).toEqual(Object.values(recipe.programs).sort());
  });

  test("has checksums, and a Go version that it needs", () => {
    expect(existsSync(join(recipe.module, "go.sum"))).toBe(true);
    expect(goDirective(goMod)).toMatch(/^1\.\d+(\.\d+)?$/);
  });
});

test.each([
  ["coredns", "github.com/coredns/coredns"],
  ["etcd", "go.etcd.io/etcd/server/v3"],
  ["opentofu", "github.com/opentofu/opentofu"],
])("the version of %s is the one that its module pins", (name, module) => {
  const recipe = readRecipe(name);
  const goMod = readFileSync(join(recipe.module, "go.mod"), "utf8");
  expect(`${goMod.replaceAll(" // indirect", "")}\n`).toContain(`\t${module} v${recipe.version}\n`);
});

test("a program that is not listed is refused by name", () => {
  expect(() => readRecipe("nonesuch")).toThrow('artifacts/artifacts.json has no "nonesuch"');
});

test("moving a character from one text to the next changes the digest", () => {
  expect(sourceDigest(["ab", "c"])).not.toBe(sourceDigest(["a", "bc"]));
  expect(sourceDigest(["ab", "c"])).toMatch(/^[0-9a-f]{12}$/);
});

test("architectures are named in Go's words, others refused", () => {
  expect(hostArchitecture("x64")).toBe("amd64");
  expect(() => hostArchitecture("ia32")).toThrow("ia32");
});
