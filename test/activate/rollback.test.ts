import { rmSync } from "node:fs";
import { join } from "node:path";
import type { BundleSpec } from "./bundle";
import { testNode } from "./test-node";

const KEY = "/etc/credentials/x509/web/server/private_key.pem";

function web(conf: string, more: BundleSpec = {}): BundleSpec {
  return {
    ...more,
    files: {
      "/etc/web.conf": { content: conf, restarts: ["web.service"] },
      ...more.files,
    },
    credentials: { [KEY]: { restarts: ["web.service"] } },
    units: { "web.service": ["web"], ...more.units },
    health: [["web.service", 1, `echo the answer is 42; grep -q good "$MINICLUSTER_ROOT/etc/web.conf"`]],
    rollout: { before: ["core-1"], after: ["core-3"] },
  };
}

function webNode() {
  const node = testNode();
  node.vendor("web.service");
  node.vendor("other.service");
  node.reads("web.service", "/etc/web.conf", KEY);
  return node;
}

const comparable = (tree: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(tree).filter(([path]) => !path.includes("/pending")));

describe("a failed activation", () => {
  test("goes back to the previous generation, credentials included, and says what stands where", async () => {
    const node = webNode();
    await node.activate(web("good 1\n"), { staged: { [KEY]: "KEY 1\n" } });
    node.calls();
    const before = [comparable(node.tree()), node.units()];
    const next = web("bad\n", {
      files: { "/etc/new/file": "new\n", "/etc/systemd/system/new.service": "[Service]\n[Install]\n" },
      units: { "new.service": ["new"] },
    });
    const run = await node.activate(next, { staged: { [KEY]: "KEY 2\n" } });
    expect(run.code).toBe(1);
    expect(run.output).toContain("going back to generation 1\nwrite /etc/web.conf\n");
    expect(run.output).toMatch(/stop new.service\nremove \/etc\/new\/file\nremove \/etc\/systemd\/system\/new.service\ndaemon-reload\n/);
    expect(run.output.slice(run.output.indexOf("FAILED"))).toBe(
      "FAILED core-2: web.service did not pass its health check within 1 s\n" +
        "  the answer is 42\n  journal of web.service\n" +
        "rolled back: core-2 to generation 1\nuntouched: core-3\npassed: core-1\n",
    );
    const after = comparable(node.tree());
    expect(after["/etc/new"]).toMatch(/^folder/); // not ours alone
    delete after["/etc/new"];
    expect([after, node.units()]).toEqual(before);

    // The credentials that came with the failed one are kept for the next try.
    const again = await node.activate(web("good 2\n"));
    expect(again.code).toBe(0);
    expect(node.read(KEY)).toBe("KEY 2\n");
  });

  test("of files that their program refuses restarts nothing, on neither way", async () => {
    const node = webNode();
    const verify: BundleSpec["verify"] = [["web.service", `grep good "$MINICLUSTER_ROOT/etc/web.conf" || { echo line 1 is bad; exit 2; }`]];
    expect((await node.activate(web("good 1\n", { verify }), { staged: { [KEY]: "KEY\n" } })).code).toBe(0);
    node.calls();
    const run = await node.activate(web("bad\n", { verify }));
    expect(run.code).toBe(1);
    expect(run.output.slice(run.output.indexOf("FAILED"))).toBe(
      "FAILED core-2: the new files of web.service were refused, before it saw them\n  line 1 is bad\n" +
        "rolled back: core-2 to generation 1\nuntouched: core-3\npassed: core-1\n",
    );
    expect(node.calls().filter((call) => /restart|reload|start|stop/.test(call))).toEqual([]);
    expect(node.read("/etc/web.conf")).toBe("good 1\n");
    // What was refused is not asked about again on the way back, and the next good one goes through.
    expect((await node.activate(web("good 2\n", { verify }))).code).toBe(0);
  });

  describe("for want of something on other nodes", () => {
    const MISSING = "echo 1 of 3 members answer; exit 75";
    const chain = (after: string[], conf = "good\n"): BundleSpec => ({
      ...web(conf),
      files: { "/etc/web.conf": { content: conf, restarts: ["web.service"] }, "/etc/note": conf },
      units: { "web.service": ["web"], "other.service": ["other"] },
      health: [["other.service", 2, `test ! -e "$MINICLUSTER_ROOT/missing" || { ${MISSING}; }`]],
      rollout: { before: [], after },
    });
    const run = (node: ReturnType<typeof webNode>, spec: BundleSpec) =>
      node.activate(spec, { env: { MINICLUSTER_ELSEWHERE_SECONDS: "1" } });
    const sick = async () => {
      const node = webNode();
      expect((await node.activate(chain(["core-3"]), { staged: { [KEY]: "KEY\n" } })).code).toBe(0);
      node.write("/missing", "");
      return node;
    };

    test("is none on an early node that did not touch the unit: it goes on", async () => {
      const node = await sick();
      const { code, output } = await run(node, chain(["core-3"], "good 2\n"));
      expect(output).toContain("going on without other.service: 1 of 3 members answer\n");
      expect([code, node.current()]).toEqual([0, "generations/2"]);
    });

    test("on the last node goes nowhere, and the next run finishes it", async () => {
      const node = await sick();
      const { code, output } = await run(node, chain([], "good 2\n"));
      expect(output.slice(output.indexOf("FAILED"))).toMatch(
        /^FAILED core-2: other\.service did not pass its health check within 2 s\n {2}1 of 3 members answer\n.*left as is: core-2, what other\.service misses is on other nodes; deploy again when they are back\n/s,
      );
      expect([code, node.read("/etc/web.conf"), node.current()]).toEqual([1, "good 2\n", "generations/1"]);
      rmSync(node.path("/missing"));
      expect((await run(node, chain([], "good 2\n"))).code).toBe(0);
      expect(node.current()).toBe("generations/2");
    });

    test("where the unit was touched goes nowhere either: nobody knows whether the change is good", async () => {
      const node = await sick();
      const touching = chain(["core-3"], "good 2\n");
      touching.files = { ...touching.files, "/etc/other.conf": { content: "new\n", restarts: ["other.service"] } };
      const { code, output } = await run(node, touching);
      expect(output).toContain("left as is: core-2, what other.service misses is on other nodes");
      expect([code, node.current()]).toEqual([1, "generations/1"]);
    });

    test("does not keep another failure from going back", async () => {
      const node = await sick();
      const { code, output } = await run(node, chain(["core-3"], "good broken\n"));
      expect(output).toContain("rolled back: core-2 to generation 1");
      expect([code, node.read("/etc/web.conf")]).toEqual([1, "good\n"]);
    });
  });

  test("of a unit that does not start", async () => {
    const node = webNode();
    await node.activate(web("good\n"), { staged: { [KEY]: "KEY\n" } });
    const run = await node.activate(web("good broken\n"));
    expect(run.output).toContain("FAILED core-2: web.service did not start\n  journal of web.service\nrolled back:");
    expect(node.active("web.service")).toBe(true);
  });

  test("of a unit that does not stay up", async () => {
    const node = webNode();
    await node.activate(web("good\n"), { staged: { [KEY]: "KEY\n" } });
    node.setState("crash", "other.service", "0\n");
    const run = await node.activate(web("good\n", { units: { "other.service": ["other"] } }));
    expect(run.output).toContain("FAILED core-2: other.service did not stay up: it restarted by itself\n");
    expect(node.active("other.service") || node.enabled("other.service")).toBe(false);
  });

  test("of a file that a unit of somebody else refused, which is gone before the checks", async () => {
    const node = webNode();
    const health: BundleSpec["health"] = [["sshd.service", 1, `! grep -q wrong "$MINICLUSTER_ROOT"/etc/sshd.d/*`]];
    const sshd = (path: string, content: string) => ({ [`/etc/sshd.d/${path}`]: { content, reloads: ["sshd.service"] } });
    await node.activate({ files: sshd("ours", "good\n"), health });
    node.calls();
    const verify: BundleSpec["verify"] = [["sshd.service", `! grep wrong "$MINICLUSTER_ROOT"/etc/sshd.d/*`]];
    const run = await node.activate({ files: { ...sshd("ours", "good\n"), ...sshd("theirs", "wrong\n") }, health, verify });
    expect(run.output).toContain("FAILED core-2: the new files of sshd.service were refused, before it saw them\n");
    expect(run.output).toContain("rolled back: core-2 to generation 1\n");
    expect(Object.keys(node.tree("/etc/sshd.d"))).toEqual(["/etc/sshd.d/ours"]);
    expect(node.calls()).toEqual([]);
  });

  test("of a unit that refuses to reload", async () => {
    const node = webNode();
    node.reads("other.service", "/etc/other");
    const spec = (content: string): BundleSpec => ({
      files: { "/etc/other": { content, reloads: ["other.service"] } },
      units: { "other.service": ["other"] },
    });
    await node.activate(spec("1\n"));
    const run = await node.activate(spec("stubborn\n"));
    expect(run.output).toContain("FAILED core-2: other.service did not reload\n");
    expect(run.output).toContain("rolled back: core-2 to generation 1\n");
    expect(node.recorded("running", "other.service")).toContain("1\n");
  });

  test("without a previous generation leaves the node, and the next one clears up", async () => {
    const node = webNode();
    const staged = { [KEY]: "KEY\n" };
    const run = await node.activate(web("bad\n", { files: { "/etc/extra": "x\n" } }), { staged });
    expect(run.code).toBe(1);
    expect(run.output).toContain("left as is: core-2, it has no previous generation\n");
    expect(node.current()).toBeUndefined();
    const again = await node.activate(web("good\n"));
    expect(again.code).toBe(0);
    expect(again.output).toMatch(/^finishing what an interrupted run began\nwrite \/etc\/web.conf\n/);
    expect(again.output).toContain("remove /etc/extra\n");
    expect(node.current()).toBe("generations/1");
  });

  test("whose way back fails too says so", async () => {
    const node = webNode();
    await node.activate(web("good\n"), { staged: { [KEY]: "KEY\n" } });
    node.vendor("web.service", "broken\n");
    const run = await node.activate(web("good 2\n"));
    expect(run.code).toBe(1);
    expect(run.output).toContain(
      "NOT ROLLED BACK: core-2 is between two generations; going back to generation 1 failed too: web.service did not start\n",
    );
    node.vendor("web.service");
    expect((await node.activate(web("good 2\n"))).code).toBe(0);
  });
});

describe("--rollback", () => {
  test("goes back one generation, and one more, but never to one that was left", async () => {
    const node = webNode();
    for (const n of [1, 2, 3]) {
      expect((await node.activate(web(`good ${n}\n`), { staged: { [KEY]: `KEY ${n}\n` } })).code).toBe(0);
    }
    const run = await node.call("--rollback");
    expect(run.output).toMatch(
      /^write \/etc\/web.conf\nwrite \S+private_key.pem\nrestart web.service\nhealthy .*\nback to generation 2: 2 written, 1 restarted\n$/,
    );
    expect([node.read("/etc/web.conf"), node.read(KEY)]).toEqual(["good 2\n", "KEY 2\n"]);
    expect(node.current()).toBe("generations/2");

    // The left generation's credentials were delivered once: the next deploy finds them.
    expect((await node.activate(web("good 4\n"))).output).toContain("generation 4: ");
    expect(node.read(KEY)).toBe("KEY 3\n");
    await node.call("--rollback");
    expect(node.current()).toBe("generations/2");
    await node.call("--rollback");
    expect(node.current()).toBe("generations/1");
    const last = await node.call("--rollback");
    expect(last.output).toBe("error: there is no generation before 1 to go back to; nothing was changed\n");
    expect(last.code).toBe(1);
  });

  test("rehearses, and refuses where there is nothing", async () => {
    const node = webNode();
    expect((await node.call("--rollback")).output).toBe("error: this node has no generation yet; nothing was changed\n");
    await node.activate(web("good 1\n"), { staged: { [KEY]: "KEY\n" } });
    await node.activate(web("good 2\n"));
    const before = node.tree();
    expect((await node.call("--rollback", "--dry-run")).output).toBe(
      "would write /etc/web.conf\nwould restart web.service\nwould go back to generation 1\n",
    );
    expect(node.tree()).toEqual(before);
  });

  test("refuses a generation that is damaged", async () => {
    const node = webNode();
    await node.activate(web("good 1\n"), { staged: { [KEY]: "KEY\n" } });
    await node.activate(web("good 2\n"));
    rmSync(join(node.lib, "generations/1/blobs"), { recursive: true });
    expect((await node.call("--rollback")).output).toMatch(
      /^error: bundle is damaged: blob \w+ of \/etc\/web.conf is missing; nothing was changed\n$/,
    );
  });
});
