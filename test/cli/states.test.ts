import { driftOf } from "../../cli/drift";
import { parseManifest } from "../../cli/manifest";
import { mapConcurrently } from "../../cli/pool";
import { printable } from "../../cli/printable";
import { explainFailure } from "../../cli/remote";
import { unitState, worstState } from "../../cli/unit-state";

describe("units", () => {
  test.each([
    [{ LoadState: "loaded", ActiveState: "active", Type: "notify" }, "active"],
    [{ LoadState: "loaded", ActiveState: "failed", Type: "oneshot", Result: "exit-code" }, "failed"],
    [{ LoadState: "loaded", ActiveState: "inactive", Type: "oneshot", Result: "success" }, "done"],
    [{ LoadState: "loaded", ActiveState: "inactive", Type: "simple", Result: "success" }, "inactive"],
    [{ LoadState: "not-found", ActiveState: "inactive" }, "not-found"],
    [{ LoadState: "masked", ActiveState: "inactive" }, "masked"],
    [{ LoadState: "not-found", ActiveState: "active" }, "active"],
    [undefined, "unknown"],
  ])("%j is %s", (properties, state) => expect(unitState(properties)).toBe(state));

  test("together they are as the worst of them", () => {
    expect(worstState(["active", "inactive", "failed"])).toBe("failed");
    expect(worstState(["active", "inactive"])).toBe("inactive");
    expect(worstState(["active", "done"])).toBe("active");
  });
});

test("drift: one line per path, contents of credentials aside", () => {
  const sha = "a".repeat(64);
  const manifest = parseManifest([
    `file\t/a\t${sha}\t0644\troot\troot\tweb.service\t-`,
    `file\t/b\t${sha}\t0644\troot\troot\t-\t-`,
    `file\t/c\t${sha}\t0644\troot\troot\t-\t-`,
    `file\t/d\t${sha}\t0755\troot\troot\t-\t-`,
    `file\t/e\t${sha}\t0755\troot\troot\t-\t-`,
    "credential\t/k\t0400\tweb\tweb\t-\t-",
    "credential\t/l\t0400\tweb\tweb\t-\t-",
  ]);
  const entry = { type: "regular file", mode: "0644", owner: "root", group: "root", size: 1 };
  const disk = new Map([
    ["/a", { ...entry, sha256: sha }],
    ["/c", { ...entry, type: "directory" }],
    ["/d", { ...entry, sha256: sha }],
    ["/e", { ...entry, sha256: "b".repeat(64) }],
    ["/k", { ...entry, mode: "0400", owner: "web", group: "web" }],
    ["/l", { ...entry, mode: "0440", owner: "web", group: "web" }],
  ]);
  expect(driftOf(manifest, disk)).toEqual([
    { path: "/b", what: "missing", detail: "missing" },
    { path: "/c", what: "type", detail: "a directory lies there" },
    { path: "/d", what: "access", detail: "0644 root:root instead of 0755 root:root" },
    { path: "/e", what: "content", detail: "edited on the node" },
    { path: "/l", what: "access", detail: "0440 web:web instead of 0400 web:web" },
  ]);
});

test("what a node says cannot steer the terminal", () => {
  expect(printable("a\tb\n\x1b]0;title\x07\x1b[2J\u202e\u009b")).toBe("a\tb\n\\x1b]0;title\\x07\\x1b[2J\\u202e\\x9b");
});

test("at most so many at a time, results in order", async () => {
  let running = 0;
  let most = 0;
  const results = await mapConcurrently([5, 1, 3, 2], 2, async (delay) => {
    most = Math.max(most, ++running);
    await new Promise((done) => setTimeout(done, delay));
    running--;
    return delay * 10;
  });
  expect(results).toEqual([50, 10, 30, 20]);
  expect(most).toBe(2);
});

describe("why a connection failed", () => {
  const target = { node: "core-1", address: "10.0.0.1", port: 22, user: "ops", privateKeyFile: "/k", knownHostsFile: "/h" };
  test.each([
    [255, "ssh: connect to host 10.0.0.1 port 22: No route to host\r\n", "connect to host 10.0.0.1 port 22: No route to host"],
    [
      255,
      "No ED25519 host key is known for 10.0.0.1\nHost key verification failed.",
      "its host key is not trusted yet: npx minicluster trust core-1",
    ],
    [
      255,
      "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.",
      "its host key is another than the trusted one; if it was reinstalled: npx minicluster trust core-1 --replace",
    ],
    [255, "ops@10.0.0.1: Permission denied (publickey).", "login as ops was refused (key /k)"],
    [1, "sudo: a password is required", "ops may not use sudo without a password"],
    [124, "", "no answer within 60 s"],
    [3, "", "ssh ended with exit code 3"],
  ])("%d %j", (status, stderr, message) => expect(explainFailure(target, status, stderr)).toBe(message));
});
