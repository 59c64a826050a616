import { spawn } from "node:child_process";
import { appendFileSync, chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BundleSpec, stagedText } from "./bundle";
import { testNode } from "./test-node";

const CA = "/etc/credentials/x509/ca.pem";
const KEY = "/etc/credentials/x509/web/server/private_key.pem";
const spec: BundleSpec = {
  credentials: { [CA]: { mode: "0444" }, [KEY]: { restarts: ["web.service"] } },
  units: { "web.service": ["web"] },
};

function webNode() {
  const node = testNode();
  node.vendor("web.service");
  return node;
}

describe("credentials", () => {
  test("are taken from the SSH user's folder and become part of the generation", async () => {
    const node = webNode();
    const run = await node.activate(spec, { staged: { [CA]: "CA\n", [KEY]: "KEY\n", "/etc/credentials/unused": "U\n" } });
    expect(run.code).toBe(0);
    expect(existsSync(node.path("/home/credentials"))).toBe(false);
    expect(existsSync(join(node.lib, "pending/credentials"))).toBe(false);
    expect([node.mode(CA), node.mode(KEY)]).toEqual(["0444", "0400"]);
    expect(node.mode("/etc/credentials/x509/web")).toBe("0755");
    expect(node.read("/var/lib/minicluster/generations/1/credentials")).toBe(`@@ ${CA}\nCA\n@@ ${KEY}\nKEY\n@@ end\n`);
    expect(node.mode("/var/lib/minicluster/generations/1/credentials")).toBe("0600");
  });

  test("that came again the same are no change", async () => {
    const node = webNode();
    const staged = { [CA]: "CA\n", [KEY]: "KEY\n" };
    await node.activate(spec, { staged });
    expect((await node.activate(spec, { staged })).output).toBe("no change\n");
    expect(existsSync(node.path("/home/credentials"))).toBe(false);
    expect(existsSync(join(node.lib, "pending/credentials"))).toBe(false);
  });

  test("that are new make a new generation and restart what they name; others come from the current one", async () => {
    const node = webNode();
    await node.activate(spec, { staged: { [CA]: "CA\n", [KEY]: "KEY\n" } });
    node.calls();
    const run = await node.activate(spec, { staged: { [KEY]: "NEW KEY\n" } });
    expect(run.output).toBe(`write ${KEY}\nrestart web.service\ngeneration 2: 1 written, 1 restarted\n`);
    expect(node.read(CA)).toBe("CA\n");
  });

  test("are repaired, content and mode", async () => {
    const node = webNode();
    await node.activate(spec, { staged: { [CA]: "CA\n", [KEY]: "KEY\n" } });
    chmodSync(node.path(KEY), 0o644);
    chmodSync(node.path(CA), 0o600);
    writeFileSync(node.path(CA), "other\n");
    const run = await node.activate(spec);
    expect(run.output).toContain(`repair ${CA}: edited on the node\n`);
    expect(run.output).toMatch(new RegExp(`repair ${KEY}: 0644 \\S+ is now 0400 `));
    expect([node.mode(CA), node.mode(KEY)]).toEqual(["0444", "0400"]);
  });

  test("that did not arrive completely are refused and stay where they are", async () => {
    const node = webNode();
    const args = node.incoming(spec);
    const file = node.path("/home/credentials");
    writeFileSync(file, stagedText({ [CA]: "CA\n", [KEY]: "KEY\n" }).replace("@@ end\n", ""));
    const run = await node.run([...args, "--staged", file]);
    expect(run.output).toBe(`error: the credentials in ${file} are incomplete; run: minicluster redeliver core-2; nothing was changed\n`);
    expect(existsSync(file)).toBe(true);
    expect(node.tree("/etc/credentials".replace("/credentials", ""))[KEY]).toBeUndefined();
  });

  test("are never readable by others, not even for a moment, and never printed or logged", async () => {
    const node = webNode();
    const canary = "CANARY-OF-THE-KEY";
    // Looks at every file that is there, all the time, through the very mode bits that another user would meet.
    const watcher = spawn("sh", [
      "-c",
      `while :; do find "$1/etc" "$1/run" "$1/var" -type f -perm /077 -exec grep -l ${canary} {} + >>"$2" 2>/dev/null; done`,
      "watch",
      node.root,
      join(node.state, "readable"),
    ]);
    const args = node.incoming({ ...spec, health: [["web.service", 1, "false"]] }, { staged: { [CA]: "CA\n", [KEY]: `${canary}\n` } });
    chmodSync(node.path("/home/credentials"), 0o600);
    const run = await node.run(["-x", ...args]);
    watcher.kill();
    await new Promise((resolve) => watcher.on("close", resolve));
    expect(node.read(KEY)).toBe(`${canary}\n`);
    expect(readFileSync(join(node.state, "readable"), "utf8")).toBe("");
    expect(run.output).not.toContain(canary);
    expect(node.read("/var/lib/minicluster/last-run.log")).not.toContain(canary);
    expect(Object.keys(node.tree("/run"))).not.toContain("/run/minicluster/work");
  });
});

describe("a bundle", () => {
  test.each<[string, (folder: string) => void, RegExp]>([
    [
      "with a changed blob",
      (folder) => {
        const blob = readFileSync(join(folder, "manifest"), "utf8").match(/^file\t\S+\t(\w+)/m)?.[1];
        appendFileSync(join(folder, "blobs", String(blob)), "more");
      },
      /^error: bundle is damaged: blob \w{64} does not match its name; nothing was changed\n$/,
    ],
    [
      "with a changed manifest",
      (folder) => appendFileSync(join(folder, "manifest"), "unit\tweb.service\tweb\n"),
      /^error: bundle is damaged: its manifest does not match its digest; nothing was changed\n$/,
    ],
    [
      "of another format",
      (folder) => writeFileSync(join(folder, "manifest"), "minicluster\t2\n"),
      /^error: the bundle has format 2, this minicluster-activate knows format 1; .*; nothing was changed\n$/,
    ],
  ])("%s is refused and removed", async (_name, damage, message) => {
    const node = testNode();
    const args = node.incoming({ files: { "/etc/a": "a\n" } });
    damage(String(args[1]));
    const run = await node.run(args);
    expect(run.output).toMatch(message);
    expect(run.code).toBe(1);
    expect(existsSync(String(args[1]))).toBe(false);
    expect(node.read("/etc/a")).toBeUndefined();
  });
});
