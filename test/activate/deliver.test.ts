import { chmodSync, mkdirSync, rmSync, statSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import type { BundleSpec } from "./bundle";
import { testNode } from "./test-node";

const UNIT = "[Service]\nExecStart=/bin/web\n[Install]\nWantedBy=multi-user.target\n";

function web(change: Partial<Record<"conf" | "env", string>> = {}): BundleSpec {
  return {
    files: {
      "/etc/other.env": { content: change.env ?? "A=1\n", restarts: ["other.service"] },
      "/etc/systemd/system/web.service": { content: UNIT, restarts: ["web.service"] },
      "/etc/web.conf": { content: change.conf ?? "color: blue\n", restarts: ["web.service"] },
    },
    units: { "other.service": ["other"], "web.service": ["web"] },
    health: [["web.service", 5, `grep -q color "$MINICLUSTER_ROOT/etc/web.conf"`]],
    rollout: { before: ["core-1"], after: ["core-3"] },
  };
}

function webNode() {
  const node = testNode();
  node.vendor("other.service");
  node.reads("web.service", "/etc/web.conf");
  node.reads("other.service", "/etc/other.env");
  return node;
}

describe("a first activation", () => {
  test("writes, enables, starts, proves and commits", async () => {
    const node = webNode();
    const run = await node.activate(web());
    expect(run.output).toMatch(
      /^write \/etc\/other.env\nwrite \/etc\/systemd\/system\/web.service\nwrite \/etc\/web.conf\ndaemon-reload\nenable other.service\nenable web.service\nrestart other.service\nrestart web.service\nhealthy web.service \(\d+\.\d s\)\ngeneration 1: 3 written, 2 restarted\n$/,
    );
    expect(run.code).toBe(0);
    expect(node.calls()).toEqual(["daemon-reload", "enable other.service web.service", "restart other.service web.service"]);
    expect(node.current()).toBe("generations/1");
    expect(node.active("web.service") && node.enabled("web.service")).toBe(true);
    expect(node.mode("/etc/web.conf")).toBe("0644");
    expect(node.mode("/var/lib/minicluster")).toBe("0700");
    const left = Object.keys(node.tree("/var/lib/minicluster")).filter((path) => !path.includes("/generations/1"));
    expect(left).toEqual([
      "/var/lib/minicluster/current",
      "/var/lib/minicluster/generations",
      "/var/lib/minicluster/originals",
      "/var/lib/minicluster/pending",
    ]);
    expect(node.read("/var/lib/minicluster/last-run.log")).toBe(run.output);
  });

  test("unmasks units, and replaces a mask by its unit file", async () => {
    const node = webNode();
    node.setState("masked", "other.service", "");
    symlinkSync("/dev/null", node.path("/etc/systemd/system/web.service"));
    const run = await node.activate(web());
    expect(run.output).toContain("unmask other.service\n");
    expect(run.code).toBe(0);
    expect(node.active("other.service") && node.active("web.service")).toBe(true);
    expect(node.tree("/var/lib/minicluster/originals")).toEqual({});
  });

  test("runs sysusers after its files and before the others", async () => {
    const node = testNode();
    const run = await node.activate({
      files: { "/etc/a.conf": "a\n", "/usr/lib/sysusers.d/web.conf": "u web -\n" },
    });
    expect(run.output).toBe("write /usr/lib/sysusers.d/web.conf\nsysusers\nwrite /etc/a.conf\ngeneration 1: 2 written\n");
    expect(node.calls()).toEqual(["systemd-sysusers"]);
  });

  test("runs a oneshot once", async () => {
    const node = testNode();
    node.vendor("setup.service", "[Service]\nType=oneshot\n[Install]\n");
    const spec = { units: { "setup.service": ["web"] } };
    expect((await node.activate(spec)).output).toBe("enable setup.service\nstart setup.service\ngeneration 1: 1 started\n");
    expect((await node.activate(spec)).output).toBe("no change\n");
  });
});

describe("a second activation", () => {
  test("of the same says so and touches nothing", async () => {
    const node = webNode();
    await node.activate(web());
    node.calls();
    const before = node.tree();
    utimesSync(node.path("/etc/web.conf"), 1000, 1000);
    const run = await node.activate(web());
    expect(run.output).toBe("no change\n");
    expect(run.code).toBe(0);
    expect(node.calls()).toEqual([]);
    expect(node.tree()).toEqual(before);
    expect(statSync(node.path("/etc/web.conf")).mtimeMs).toBe(1_000_000);
  });

  test("of sixty files takes no process per file", async () => {
    const node = testNode();
    const files: Record<string, string> = {};
    for (let i = 0; i < 60; i++) files[`/etc/many/${i}.conf`] = `file ${i}\n`;
    await node.activate({ files });
    const run = await node.activate({ files });
    expect(run.output).toBe("no change\n");
    expect(run.seconds).toBeLessThan(1);
  });

  test("restarts only the unit that a changed file names", async () => {
    const node = webNode();
    await node.activate(web());
    node.calls();
    const run = await node.activate(web({ conf: "color: red\n" }));
    expect(run.output).toMatch(
      /^write \/etc\/web.conf\nrestart web.service\nhealthy web.service .*\ngeneration 2: 1 written, 1 restarted\n$/,
    );
    expect(node.calls()).toEqual(["restart web.service"]);
    expect(node.current()).toBe("generations/2");
  });

  test("reloads, and restarts what would be both", async () => {
    const node = webNode();
    const spec = (content: string): BundleSpec => ({
      files: {
        "/etc/list": { content, reloads: ["other.service", "third.service", "web.service"] },
        "/etc/web.conf": { content, restarts: ["web.service"] },
      },
      units: { "other.service": ["other"], "web.service": ["web"] },
    });
    for (const unit of ["web.service", "third.service"]) node.vendor(unit);
    await node.activate(spec("1\n"));
    node.calls();
    const run = await node.activate(spec("2\n"));
    expect(run.output).toContain("generation 2: 2 written, 2 reloaded, 1 restarted\n");
    expect(node.calls()).toEqual(["reload-or-restart other.service", "try-reload-or-restart third.service", "restart web.service"]);
  });

  test("keeps five generations", async () => {
    const node = testNode();
    for (let i = 1; i <= 7; i++) await node.activate({ files: { "/etc/a": `${i}\n` } });
    const kept = Object.keys(node.tree("/var/lib/minicluster/generations")).filter((path) => /\/\d+$/.test(path));
    expect(kept.map((path) => path.split("/").pop())).toEqual(["3", "4", "5", "6", "7"]);
  });
});

describe("repair", () => {
  test("of edited, re-moded, missing and linked files, and of stopped and disabled units", async () => {
    const node = webNode();
    const spec = { ...web(), files: { ...web().files, "/etc/gone": "here\n", "/etc/link": "file\n" } };
    await node.activate(spec);
    node.calls();
    node.write("/etc/web.conf", "color: green\n");
    chmodSync(node.path("/etc/other.env"), 0o666);
    rmSync(node.path("/etc/gone"));
    rmSync(node.path("/etc/link"));
    symlinkSync("/etc/web.conf", node.path("/etc/link"));
    node.setState("active", "web.service", "inactive\n");
    rmSync(join(node.state, "enabled/web.service"));
    const run = await node.activate(spec);
    expect(run.code).toBe(0);
    expect(run.output).toContain("repair /etc/web.conf: edited on the node\n");
    expect(run.output).toMatch(/repair \/etc\/other.env: 0666 \S+ is now 0644 \S+\n/);
    expect(run.output).toContain("repair /etc/gone: missing\n");
    expect(run.output).toContain("repair /etc/link: a symbolic link lay there\n");
    expect(run.output).toContain("repair web.service: not enabled\n");
    expect(run.output).toContain("generation 1: 5 repaired, 2 restarted\n");
    expect(node.read("/etc/web.conf")).toBe("color: blue\n");
    expect(node.current()).toBe("generations/1");
    expect((await node.activate(spec)).output).toBe("no change\n");
  });

  test("of a stopped unit alone", async () => {
    const node = webNode();
    await node.activate(web());
    node.calls();
    node.setState("active", "web.service", "inactive\n");
    const run = await node.activate(web());
    expect(run.output).toMatch(/^repair web.service: not running \(inactive\)\nhealthy web.service .*\ngeneration 1: 1 repaired\n$/);
    expect(node.calls()).toEqual(["start web.service"]);
  });

  test("that fails leaves the node and says that there is nothing to go back to", async () => {
    const node = webNode();
    await node.activate(web());
    node.setState("vendor", "other.service", "broken\n");
    node.setState("active", "other.service", "inactive\n");
    const run = await node.activate(web());
    expect(run.code).toBe(1);
    expect(run.output).toContain("FAILED core-2: other.service did not start\n  journal of other.service\n");
    expect(run.output).toContain("left as is: core-2, generation 1 is what it should hold already\n");
  });
});

describe("--dry-run", () => {
  test("prints what would happen, changes nothing and removes the bundle", async () => {
    const node = webNode();
    await node.activate(web());
    node.calls();
    const before = node.tree();
    const next = web({ conf: "color: red\n" });
    delete next.files?.["/etc/other.env"];
    next.units = { "web.service": ["web"] };
    const run = await node.activate(next, { args: ["--dry-run"] });
    expect(run.output).toBe(
      "would write /etc/web.conf\nwould restart web.service\nwould stop other.service\nwould remove /etc/other.env\nwould be a new generation\n",
    );
    expect(run.code).toBe(0);
    expect(node.calls()).toEqual([]);
    expect(node.tree()).toEqual(before);
  });

  test("leaves delivered credentials where they are", async () => {
    const node = testNode();
    const spec = { credentials: { "/etc/credentials/key": {} } };
    const run = await node.activate(spec, { staged: { "/etc/credentials/key": "k\n" }, args: ["--dry-run"] });
    expect(run.output).toBe("would write /etc/credentials/key\nwould be a new generation\n");
    expect(node.read("/home/credentials")).toContain("@@ end");
    expect(Object.keys(node.tree("/var/lib/minicluster"))).toEqual([]);
  });
});

describe("what is refused before anything changes", () => {
  const cases: [string, BundleSpec, string, (node: ReturnType<typeof testNode>) => void][] = [
    [
      "a folder where a file should lie",
      { files: { "/etc/a": "a\n" } },
      "/etc/a is a folder on this node, and a file should lie there; move it away",
      (node) => mkdirSync(node.path("/etc/a")),
    ],
    [
      "a file where a folder should be",
      { files: { "/etc/a/b/c": "a\n" } },
      "/etc/a is a file on this node, and a folder is needed there; move it away",
      (node) => node.write("/etc/a", "a"),
    ],
    [
      "an owner that nobody makes",
      { files: { "/etc/a": { content: "a\n", owner: "no-such-user" } } },
      "the user no-such-user of /etc/a does not exist on this node, and no sysusers file of the bundle makes it",
      () => {},
    ],
    [
      "a credential that never came",
      { credentials: { "/etc/credentials/x/key": {} } },
      "credential /etc/credentials/x/key was never delivered; run: minicluster redeliver core-2",
      () => {},
    ],
  ];
  test.each(cases)("%s", async (_name, spec, message, prepare) => {
    const node = testNode();
    prepare(node);
    const before = node.tree("/etc");
    const run = await node.activate(spec);
    expect(run.output).toBe(`error: ${message}; nothing was changed\n`);
    expect(run.code).toBe(1);
    expect(node.tree("/etc")).toEqual(before);
    expect(Object.keys(node.tree()).filter((path) => path.includes("incoming"))).toEqual([]);
  });
});
