import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { selfExtractingBundle } from "../../constructs/payload/bundle";
import { sha256 } from "../../constructs/payload/manifest";
import { describedCluster } from "../support/described-cluster";

const folder = mkdtempSync(join(tmpdir(), "minicluster-bundle-"));
afterAll(() => rmSync(folder, { recursive: true }));

const payload = describedCluster(join(__dirname, "../scenarios/three-core")).payload("core-1");
const options = { stagedCredentials: ".minicluster/credentials", rollout: { before: [], after: ["core-2", "core-3"] } };

test("the same payload gives the same bytes", () => {
  vi.useFakeTimers({ now: 0 });
  const first = selfExtractingBundle(payload, options);
  vi.setSystemTime(1_900_000_000_000);
  expect(selfExtractingBundle(payload, options)).toBe(first);
  vi.useRealTimers();
});

test("tar unpacks what the manifest lists, and nothing else", () => {
  const script = selfExtractingBundle(payload, options);
  const target = join(folder, "bundle");
  mkdirSync(target);
  execFileSync("sh", ["-c", `sed '1,/^__BUNDLE__$/d' | base64 -d | tar -xzf - -C "$0"`, target], { input: script });

  const manifest = readFileSync(join(target, "manifest"), "utf8");
  const digests = [...manifest.matchAll(/^file\t([^\t]+)\t([0-9a-f]{64})\t/gm)].map(([, , digest]) => digest);
  expect(digests).toHaveLength(Object.keys(payload.files).length);
  expect(readdirSync(target).sort()).toEqual(["blobs", "manifest", "minicluster-activate"]);
  expect(readdirSync(join(target, "blobs")).sort()).toEqual([...new Set(digests)].sort());
  for (const name of readdirSync(join(target, "blobs"))) expect(sha256(readFileSync(join(target, "blobs", name)))).toBe(name);
});

test("the script is valid for a POSIX shell, and shellcheck has nothing to say", () => {
  const script = join(folder, "bundle.sh");
  const text = selfExtractingBundle(payload, { ...options, bootstrap: true });
  writeFileSync(script, text.slice(0, text.lastIndexOf("__BUNDLE__")));
  execFileSync("shellcheck", [script], { stdio: "inherit" });
  expect(text).toContain(" --bootstrap ");
  expect(selfExtractingBundle(payload, options)).not.toContain("--bootstrap");
});
