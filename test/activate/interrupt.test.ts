import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type BundleSpec, GROUP, USER } from "./bundle";
import { clone, killedAt } from "./killed-at";
import { type TestNode, testNode } from "./test-node";

const KEY = "/etc/credentials/x509/web/server/private_key.pem";
const UNIT = "[Service]\n[Install]\n";
const unitFile = (unit: string) => ({ [`/etc/systemd/system/${unit}`]: { content: UNIT, restarts: [unit] } });

const before: BundleSpec = {
  files: {
    ...unitFile("old.service"),
    "/etc/left.conf": "ours\n",
    "/etc/web.conf": { content: "1\n", restarts: ["web.service"] },
    "/etc/systemd/system/web.service.d/limit.conf": { content: "[Service]\n", restarts: ["web.service"] },
  },
  credentials: { [KEY]: { restarts: ["web.service"] } },
  units: { "old.service": ["old"], "web.service": ["web"], "list.service": ["web"] },
};

/** Every kind of change at once. */
const after: BundleSpec = {
  files: {
    ...unitFile("new.service"),
    "/etc/list": { content: "2\n", reloads: ["list.service"] },
    "/etc/sysusers.d/new.conf": `u ${USER} -\ng ${GROUP} -\n`,
    "/etc/taken.conf": "ours\n",
    "/etc/web.conf": { content: "2\n", restarts: ["web.service"] },
  },
  credentials: { [KEY]: { restarts: ["web.service"] } },
  units: { "list.service": ["web"], "new.service": ["new"], "web.service": ["web"] },
  health: [["web.service", 5, "true"]],
};

/** A node that holds `before`, and originals at two paths: one that `after` leaves, one that it takes. */
async function prepared(): Promise<TestNode> {
  const node = testNode();
  for (const unit of ["web.service", "list.service"]) node.vendor(unit);
  node.reads("web.service", "/etc/web.conf", "/etc/systemd/system/web.service.d/limit.conf", KEY);
  node.reads("list.service", "/etc/list");
  node.write("/etc/left.conf", "original\n");
  node.write("/etc/taken.conf", "original\n");
  node.write("/etc/list", "1\n");
  const run = await node.activate(before, { staged: { [KEY]: "KEY 1\n" } });
  expect(run.code).toBe(0);
  return node;
}

/** Everything that counts: files, units with what they run on, and what is committed. Generations may skip numbers. */
function outcome(node: TestNode): Record<string, string> {
  const found: Record<string, string> = { ...node.units() };
  for (const [path, text] of Object.entries(node.tree())) {
    if (path.includes("/generations/") || path.includes("/originals") || path.endsWith("/current")) continue;
    found[path] = text;
  }
  const manifest = node.read(`/var/lib/minicluster/${node.current()}/manifest`);
  for (const [path, text] of Object.entries(node.tree("/var/lib/minicluster/originals"))) {
    // Others may be left over from a run that never got further; they are replaced as their paths are taken again.
    if (manifest?.includes(`\t${path.replace("/var/lib/minicluster/originals", "")}\t`)) found[path] = text;
  }
  const current = node.tree(`/var/lib/minicluster/${node.current()}`);
  for (const [path, text] of Object.entries(current)) found[path.replace(/generations\/\d+/, "current")] = text;
  return found;
}

describe("killed at every step", () => {
  const stagedFile = (node: TestNode) => ["--staged", node.path("/home/credentials")];

  test("and run again: as if nothing had happened", { timeout: 300_000 }, async () => {
    const start = await prepared();
    const whole = clone(start);
    expect((await whole.activate(after, { staged: { [KEY]: "KEY 2\n" } })).code).toBe(0);
    const expected = outcome(whole);
    expect(expected["/etc/taken.conf"]).toContain("ours");
    expect(expected["/etc/left.conf"]).toContain("original");
    expect(expected["running web.service"]).toContain("KEY 2");

    let killed = 0;
    const from = async (first: number): Promise<void> => {
      for (let n = first; ; n += 2) {
        const node = clone(start);
        const alive = !(await killedAt(node, n, node.incoming(after, { staged: { [KEY]: "KEY 2\n" } })));
        if (!alive) killed++;
        const again = await node.activate(after, { args: stagedFile(node) });
        expect(again.code, `killed at ${n}: ${again.output}`).toBe(0);
        const found = outcome(node);
        // The folder of a killed run's bundle is its caller's to remove.
        for (const path of Object.keys(found)) if (path.includes("/incoming.")) delete found[path];
        expect(found, `killed at ${n}`).toEqual(expected);
        node.destroy();
        if (alive) return;
      }
    };
    await Promise.all([from(1), from(2)]);
    expect(killed).toBeGreaterThan(30);
  });

  test("and taken back by the former bundle: as it was", { timeout: 300_000 }, async () => {
    const start = await prepared();
    const expected = outcome(start);
    const from = async (first: number): Promise<void> => {
      for (let n = first; ; n += 4) {
        const node = clone(start);
        const alive = !(await killedAt(node, n, node.incoming(after)));
        const again = await node.activate(before);
        expect(again.code, `killed at ${n}: ${again.output}`).toBe(0);
        const found = outcome(node);
        for (const [path, text] of Object.entries(found)) {
          if (path.includes("/incoming.")) delete found[path];
          // A folder may stay, empty: others may have come to count on it.
          else if (text.startsWith("folder") && !(path in expected)) delete found[path];
        }
        expect(found, `killed at ${n}`).toEqual(expected);
        node.destroy();
        if (alive) return;
      }
    };
    await Promise.all([from(21), from(23)]);
  });
});

test("two at once: the second waits, says so, and both are fine", async () => {
  const node = testNode();
  node.vendor("web.service");
  const spec = (content: string): BundleSpec => ({
    files: { "/etc/web.conf": content },
    units: { "web.service": ["web"] },
    health: [["web.service", 20, "sleep 2"]],
  });
  const firstArgs = node.incoming(spec("1\n"));
  const secondArgs = node.incoming(spec("2\n"));
  const first = node.run(firstArgs);
  while (!existsSync(node.path("/etc/web.conf"))) await new Promise((resolve) => setTimeout(resolve, 20));
  const second = node.run(secondArgs);
  expect((await first).output).toContain("generation 1: 1 written, 1 started\n");
  expect((await second).output).toMatch(/^waiting for a running activation\nwrite \/etc\/web.conf\n/);
  expect([(await first).code, (await second).code]).toEqual([0, 0]);
  expect(node.read("/etc/web.conf")).toBe("2\n");
});

test("what a health check leaves running does not hold the lock", async () => {
  const node = testNode();
  const run = await node.activate({ files: { "/etc/a": "a\n" }, health: [["a.service", 5, "sleep 5 & true"]] });
  expect(run.code).toBe(0);
  expect((await node.activate({ files: { "/etc/a": "b\n" } })).output).not.toContain("waiting");
});

test("a lost connection: nobody reads, a hangup arrives, and it goes on to the end", async () => {
  const node = testNode();
  node.vendor("web.service");
  const child = node.start(
    node.incoming({
      files: { "/etc/web.conf": "1\n" },
      units: { "web.service": ["web"] },
      health: [["web.service", 20, "sleep 1"]],
    }),
  );
  const end = new Promise((resolve) => child.on("exit", resolve));
  await new Promise((resolve) => child.stdout?.once("data", resolve));
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.kill("SIGHUP");
  expect(await end).toBe(0);
  expect(node.current()).toBe("generations/1");
  expect(readFileSync(join(node.lib, "last-run.log"), "utf8")).toMatch(/\ngeneration 1: 1 written, 1 started\n$/);
});
