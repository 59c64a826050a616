import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type BundleSpec, writeBundle } from "./bundle";
import { clone, killedAt } from "./killed-at";
import { finished, type Run, type TestNode, testNode } from "./test-node";

const GUARD = "/etc/systemd/system/minicluster-unconfirmed.service";

function spec(door: string, more: Partial<BundleSpec> = {}): BundleSpec {
  return {
    files: {
      "/etc/door.conf": { content: `${door}\n`, reloads: ["door.service"] },
      "/etc/web.conf": { content: `with ${door}\n`, restarts: ["web.service"] },
    },
    units: { "door.service": ["door"], "web.service": ["web"] },
    confirm: ["/etc/door.conf"],
    rollout: { before: ["core-1"], after: ["core-3"] },
    ...more,
  };
}

function doorNode(): TestNode {
  const node = testNode();
  for (const unit of ["door.service", "web.service"]) node.vendor(unit);
  node.reads("door.service", "/etc/door.conf");
  node.reads("web.service", "/etc/web.conf");
  node.write("/etc/door.conf", "original\n");
  return node;
}

const digestOf = (node: TestNode, of: BundleSpec) => {
  const folder = join(node.state, "digest");
  const digest = writeBundle(folder, of);
  rmSync(folder, { recursive: true });
  return digest;
};
const deliver = (node: TestNode, of: BundleSpec, seconds = 60): Promise<Run> =>
  node.activate(of, { args: ["--will-confirm"], env: { MINICLUSTER_CONFIRM_SECONDS: String(seconds) } });
const confirm = (node: TestNode, of: BundleSpec): Promise<Run> => node.call("--confirm", digestOf(node, of));

async function confirmed(door = "first"): Promise<TestNode> {
  const node = doorNode();
  await deliver(node, spec(door));
  expect((await confirm(node, spec(door))).code).toBe(0);
  return node;
}

/** Until the guard has done its work, or has nothing to do. */
async function unguarded(node: TestNode): Promise<void> {
  while (existsSync(node.path(GUARD)) || existsSync(join(node.lib, "unconfirmed"))) await sleep(50);
}

/** What counts, and nothing that a run may leave otherwise. */
function outcome(node: TestNode): Record<string, string> {
  const found: Record<string, string> = { ...node.units() };
  for (const [path, text] of Object.entries(node.tree())) {
    if (/\/(generations|originals|pending|taken-back|incoming\.)|\/multi-user.target.wants$/.test(path)) continue;
    found[path] = text;
  }
  return found;
}

test("what is confirmed by a new connection stays, and is committed only then", async () => {
  const node = await confirmed();
  const run = await deliver(node, spec("second"));
  expect(run.output).toMatch(/\ngeneration 2: 2 written, 1 reloaded, 1 restarted; to be confirmed by a new connection within 60 s\n$/);
  expect([run.code, node.current()]).toEqual([0, "generations/1"]);
  expect(existsSync(node.path(GUARD))).toBe(true);
  const answer = await confirm(node, spec("second"));
  expect([answer.code, answer.output]).toEqual([0, "confirmed generation 2\n"]);
  expect(node.current()).toBe("generations/2");
  await unguarded(node);
  expect((await confirm(node, spec("second"))).output).toBe("generation 2 stands\n");
  expect((await deliver(node, spec("second"))).output).toBe("no change\n");
});

test("what nobody confirms is taken back, says who asks why, and comes again with the next delivery", async () => {
  const node = await confirmed();
  const before = outcome(node);
  await deliver(node, spec("second"), 1);
  expect(node.read("/etc/door.conf")).toBe("second\n");
  await unguarded(node);
  expect(outcome(node)).toEqual(before);
  const answer = await confirm(node, spec("second"));
  expect([answer.code, answer.output]).toEqual([
    1,
    "FAILED core-2: nobody got in by a new connection within 1 s\n  changed: /etc/door.conf\n" +
      "taken back: core-2 to generation 1\nuntouched: core-3\npassed: core-1\n",
  ]);
  await deliver(node, spec("second"));
  expect((await confirm(node, spec("second"))).code).toBe(0);
  expect(node.recorded("running", "door.service")).toContain("second");
});

test("a first delivery that nobody confirms leaves what the node was reached by as it was, and the rest running", async () => {
  const node = doorNode();
  node.vendor("wall.service");
  const first = spec("first", {
    confirm: ["/etc/door.conf", "/etc/wall.conf", "/etc/systemd/system/own.service"],
    files: {
      ...spec("first").files,
      "/etc/wall.conf": { content: "wall\n", restarts: ["wall.service"] },
      "/etc/systemd/system/own.service": { content: "[Service]\n[Install]\n", reloads: ["own.service"] },
    },
    units: { ...spec("").units, "own.service": ["own"], "wall.service": ["wall"] },
  });
  await deliver(node, first, 1);
  expect([node.active("own.service"), node.active("wall.service")]).toEqual([true, true]);
  await unguarded(node);
  expect(node.read("/etc/door.conf")).toBe("original\n");
  expect(node.recorded("running", "door.service")).toContain("original");
  expect([node.read("/etc/wall.conf"), node.read("/etc/systemd/system/own.service")]).toEqual([undefined, undefined]);
  expect([node.active("own.service"), node.active("web.service")]).toEqual([false, true]);
  expect((await confirm(node, first)).output).toContain("taken back: core-2 is reached as it was before; it has no previous generation\n");
  const again = await deliver(node, first);
  expect(again.code, again.output).toBe(0);
  expect((await confirm(node, first)).code).toBe(0);
  expect(node.current()).toMatch(/generations/);
  expect([node.active("own.service"), node.read("/etc/door.conf")]).toEqual([true, "first\n"]);
});

test("a change that needs a confirmation is refused where none is announced; any other is not", async () => {
  const node = await confirmed();
  const before = node.tree();
  const run = await node.activate(spec("second"));
  expect([run.code, run.output]).toEqual([
    1,
    "error: /etc/door.conf would change, which a new connection has to confirm, and none will; run: minicluster redeliver core-2; " +
      "nothing was changed\n",
  ]);
  expect(node.tree()).toEqual(before);
  const other = spec("first", { files: { ...spec("first").files, "/etc/web.conf": { content: "other\n", restarts: ["web.service"] } } });
  expect((await node.activate(other)).output).toContain("generation 2: 1 written, 1 restarted\n");
  writeFileSync(node.path("/etc/door.conf"), "edited\n");
  expect((await node.activate(other)).output).toContain("repair /etc/door.conf: edited on the node\n");
});

test("what leaves needs a confirmation too, and comes back without one", async () => {
  const node = await confirmed();
  const without: BundleSpec = { units: { "web.service": ["web"] } };
  expect((await deliver(node, without, 1)).output).toContain("put back /etc/door.conf as it was before\n");
  await unguarded(node);
  expect([node.read("/etc/door.conf"), node.active("door.service")]).toEqual(["first\n", true]);
});

test("one that fails goes back at once, and nothing waits", async () => {
  const node = await confirmed();
  const run = await deliver(node, spec("second", { health: [["web.service", 1, "false"]] }));
  expect(run.output).toContain("rolled back: core-2 to generation 1\n");
  expect(existsSync(node.path(GUARD))).toBe(false);
  expect(node.read("/etc/door.conf")).toBe("first\n");
});

test("another delivery in the meantime counts from itself: confirmed, it stays; else both go", async () => {
  const node = await confirmed();
  await deliver(node, spec("second"));
  expect((await node.call("--rollback")).output).toMatch(/^error: this node waits for a confirmation/);
  await deliver(node, spec("third"), 1);
  expect((await confirm(node, spec("second"))).code).toBe(1);
  await unguarded(node);
  expect([node.read("/etc/door.conf"), node.current()]).toEqual(["first\n", "generations/1"]);

  await deliver(node, spec("second"));
  await deliver(node, spec("third"));
  expect((await confirm(node, spec("third"))).code).toBe(0);
  await unguarded(node);
  expect(node.read("/etc/door.conf")).toBe("third\n");
  // Nobody ever confirmed the second.
  await node.call("--rollback");
  expect(node.read("/etc/door.conf")).toBe("first\n");
});

test("a delivery that is refused in the meantime leaves the waiting one to be confirmed", async () => {
  const node = await confirmed();
  await deliver(node, spec("second"));
  expect((await node.activate(spec("second", { files: { "/etc": "a folder\n" } }), { args: ["--will-confirm"] })).code).toBe(1);
  expect((await confirm(node, spec("second"))).output).toBe("confirmed generation 2\n");
});

test("killed at every step, and left alone: it goes back by itself", { timeout: 300_000 }, async () => {
  const start = await confirmed();
  const expected = outcome(start);
  let taken = 0;
  const from = async (first: number): Promise<void> => {
    for (let n = first; ; n += 4) {
      const node = clone(start);
      const alive = !(await killedAt(node, n, [...node.incoming(spec("second")), "--will-confirm"], { MINICLUSTER_CONFIRM_SECONDS: "1" }));
      const armed = existsSync(node.path("/var/lib/minicluster/unconfirmed/token"));
      // What a power cut would have ended starts again with the machine.
      if (armed) await finished(node.start([join(node.lib, "unconfirmed/minicluster-activate"), "--guard"]));
      const found = outcome(node);
      if (!armed) for (const path of Object.keys(found)) if (/\/unconfirmed|\/plan$|minicluster-unconfirmed/.test(path)) delete found[path];
      expect(found, `killed at ${n}`).toEqual(expected);
      if (armed) taken++;
      node.destroy();
      if (alive) return;
    }
  };
  await Promise.all([from(1), from(2), from(3), from(4)]);
  expect(taken).toBeGreaterThan(10);
});

test("the guard says in the journal what it did", async () => {
  const node = await confirmed();
  await deliver(node, spec("second"), 1);
  await unguarded(node);
  expect(readFileSync(join(node.state, "guard.log"), "utf8")).toContain("going back to generation 1\nwrite /etc/door.conf\n");
});
