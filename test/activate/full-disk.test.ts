import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import type { TestContext } from "vitest";
import { type BundleSpec, GROUP, USER, writeBundle } from "./bundle";
import { type TestNode, testNode } from "./test-node";

const mounts: string[] = [];

/** A small filesystem over a folder of the node, or the test is skipped. */
function small(context: TestContext, node: TestNode, path: string, options: string): void {
  mkdirSync(node.path(path), { recursive: true });
  const mount = spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", node.path(path)], { encoding: "utf8" });
  if (mount.status !== 0) context.skip(`a full disk needs a tmpfs: ${mount.stderr || mount.error?.message}`);
  mounts.push(node.path(path));
}

afterEach(() => {
  for (const path of mounts.splice(0)) execFileSync("umount", [path]);
});

describe("a full disk", () => {
  test("that is seen beforehand is refused", async (context) => {
    const node = testNode();
    small(context, node, "/etc", "size=1m");
    const run = await node.activate({ files: { "/etc/big": "x".repeat(1_000_000) } });
    expect(run.output).toMatch(/^error: not enough room in \/etc: \d+ kB needed, \d+ kB free; nothing was changed\n$/);
    expect(run.code).toBe(1);
    expect(Object.keys(node.tree("/etc"))).toEqual([]);
  });

  test("as the generation is stored changes nothing", async (context) => {
    const node = testNode();
    small(context, node, "/var/lib/minicluster", "size=8m,nr_inodes=12");
    const bundle = node.path("/elsewhere");
    const files = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`/etc/${i}`, `${i}\n`]));
    writeBundle(bundle, { files });
    const run = await node.run([`${bundle}/minicluster-activate`, bundle]);
    expect(run.output).toBe("error: cannot store generation 1: No space left on device; nothing was changed\n");
    expect(existsSync(bundle)).toBe(false);
    expect(Object.keys(node.tree("/var/lib/minicluster/generations"))).toEqual([]);
    expect(node.read("/etc/1")).toBeUndefined();
  });

  test("after the first change goes back", async (context) => {
    const node = testNode();
    small(context, node, "/etc", "size=8m,nr_inodes=8");
    node.write("/etc/systemd/system/.keep", "");
    const sysusers = "/etc/sysusers.d/a.conf";
    const files: NonNullable<BundleSpec["files"]> = { [sysusers]: `u ${USER} -\ng ${GROUP} -\n`, "/etc/1": "old\n" };
    expect((await node.activate({ files })).code).toBe(0);
    const before = node.tree("/etc");
    const more = Object.fromEntries([1, 2, 3, 4].map((i) => [`/etc/${i}`, "new\n"]));
    const run = await node.activate({ files: { ...more, [sysusers]: `u ${USER} -\ng ${GROUP} -\n# new\n` } });
    expect(run.code).toBe(1);
    expect(run.output).toMatch(/^write \/etc\/sysusers.d\/a.conf\nsysusers\ngoing back to generation 1\nwrite \/etc\/sysusers.d\/a.conf\n/);
    expect(run.output).toMatch(/\nFAILED core-2: cannot write \/etc\/\d: No space left on device\nrolled back: core-2 to generation 1\n/);
    expect(node.tree("/etc")).toEqual(before);
    expect((await node.activate({ files })).output).toBe("no change\n");
  });
});
