import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { parseTar } from "nanotar";
import { build } from "../../setup/build";
import { runCommand } from "../../setup/command";
import type { Recipe } from "../../setup/recipe";

describe("building a recipe", { timeout: 180_000 }, () => {
  let root: string;
  let recipe: Recipe;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "build-"));
    vi.stubEnv("MINICLUSTER_CACHE", join(root, "cache"));
    vi.spyOn(process.stdout, "write").mockReturnValue(true);
    const module = join(root, "module");
    mkdirSync(module);
    writeFileSync(join(module, "go.mod"), "module example.org/hello\n\ngo 1.24\n");
    writeFileSync(join(module, "main.go"), 'package main\n\nfunc main() { print("hello") }\n');
    const programs = { hello: "example.org/hello", again: "example.org/hello" };
    recipe = { name: "hello", version: "1.0", runsOn: "nodes", programs, module, source: "0123456789ab" };
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    rmSync(root, { recursive: true });
  });

  const archive = (folder: string) => {
    const name = readdirSync(folder).find((file) => file.endsWith(".tar.gz")) ?? "";
    return { name, bytes: readFileSync(join(folder, name)) };
  };

  test("packs the programs for nodes, executable and of root, with a checksum", async () => {
    const folder = await build(recipe);
    const { name, bytes } = archive(folder);
    expect(readdirSync(folder).sort()).toEqual([name, `${name}.sha256`]);
    expect(name).toMatch(/^hello-1\.0-linux-a[mr][dm]64\.tar\.gz$/);
    const entries = parseTar(gunzipSync(bytes)).map((entry) => [entry.name, entry.attrs?.mode, entry.attrs?.uid]);
    expect(entries).toEqual([
      ["again", "0000755", 0],
      ["hello", "0000755", 0],
    ]);
    const digest = createHash("sha256").update(bytes).digest("hex");
    expect(readFileSync(join(folder, `${name}.sha256`), "utf8")).toBe(`${digest}  ${name}\n`);
  });

  test("makes the same bytes each time", async () => {
    const first = archive(await build(recipe)).bytes;
    rmSync(join(root, "cache"), { recursive: true });
    expect(archive(await build(recipe)).bytes.equals(first)).toBe(true);
  });

  test("gives the operator a program that runs, and finds it the next time", async () => {
    const folder = await build({ ...recipe, runsOn: "operator" });
    expect((await runCommand(join(folder, "hello"), [])).output).toBe("hello");
    rmSync(recipe.module, { recursive: true });
    expect(await build({ ...recipe, runsOn: "operator" })).toBe(folder);
  });

  test("that fails shows the compiler's words and leaves nothing behind", async () => {
    writeFileSync(join(recipe.module, "main.go"), "package main\n\nfunc main() { undefinedThing() }\n");
    await expect(build(recipe)).rejects.toThrow(/cannot build hello 1\.0:\n(.|\n)*undefined: undefinedThing/);
    expect(readdirSync(join(root, "cache", "unfinished"))).toEqual([]);
    expect(existsSync(join(root, "cache", "artifacts"))).toBe(false);
  });

  test("that needs a newer Go than there is says so in one line", async () => {
    vi.stubEnv("GOTOOLCHAIN", "local");
    writeFileSync(join(recipe.module, "go.mod"), "module example.org/hello\n\ngo 1.999\n");
    await expect(build(recipe)).rejects.toThrow(
      /^hello 1\.0 has to be built here, which needs Go 1\.999 or newer; this is [\d.]+: install a newer one, then run npm run setup$/,
    );
  });
});
