import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import type { Payload } from "../constructs/payload/payload";
import { describedCluster } from "./support/described-cluster";

/**
 * Golden trees: test/scenarios/<name>/expected/<node>/ is what that node holds, for a person to read. Files that lie in
 * cloud-init/ byte for byte are left out: they are reviewed there.
 * `UPDATE=1 npx vitest run test/scenarios.test.ts` writes them anew.
 */
const SCENARIOS = join(__dirname, "scenarios");

describe.each(readdirSync(SCENARIOS))("%s", (name) => {
  const folder = join(SCENARIOS, name);
  const cluster = describedCluster(folder);

  test.each(cluster.cluster.nodes.map((node) => node.name))("%s", (node) => {
    const verbatim = new Set(
      [...cluster.sources].filter(([path]) => path.startsWith("cloud-init/")).map(([, file]) => file.content.toString("latin1")),
    );
    const tree = readableTree(cluster.payload(node), verbatim);
    const expected = join(folder, "expected", node);
    if (process.env.UPDATE) writeTree(expected, tree);
    expect(tree).toEqual(readTree(expected));
  });
});

function readableTree(payload: Payload, verbatim: ReadonlySet<string>): Record<string, string> {
  const tree: Record<string, string> = { "payload.yml": summary(payload) };
  for (const [path, { content }] of Object.entries(payload.files)) {
    if (!verbatim.has(content.toString("latin1"))) tree[path.slice(1)] = content.toString();
  }
  return tree;
}

/** Everything but contents: what restarts what, who owns what, which names a certificate has. */
function summary(payload: Payload): string {
  const line = (...words: (string | readonly string[])[]) => words.flat().join(" ");
  const { files, units, verify, health, credentials, secrets, packages, artifacts } = payload;
  return stringify(
    {
      files: Object.fromEntries(
        Object.entries(files).map(([path, f]) => [
          path,
          line(
            f.mode,
            `${f.owner}:${f.group}`,
            f.restarts.length > 0 ? ["restarts", ...f.restarts] : [],
            f.reloads.length > 0 ? ["reloads", ...f.reloads] : [],
          ),
        ]),
      ),
      units: Object.fromEntries(units.map((unit) => [unit.name, line("of", unit.services)])),
      ...(verify.length === 0 ? {} : { verify: verify.map((each) => `${each.unit}: ${each.command}`) }),
      health: health.map((check) => `${check.unit} within ${check.timeoutSeconds} s: ${check.command}`),
      credentials: Object.fromEntries(
        credentials.map((c) => [
          c.directory,
          {
            cn: c.commonName,
            by: `${c.issuer} CA`,
            for: line(c.uses),
            names: line(c.dnsNames),
            addresses: line(c.ipAddresses),
            owner: c.owner,
            restarts: line(c.restarts),
          },
        ]),
      ),
      ...(secrets.length === 0 ? {} : { secrets: Object.fromEntries(secrets.map((s) => [s.path, line(s.name, "for", s.owner)])) }),
      packages: line(packages),
      artifacts: line(artifacts),
    },
    { lineWidth: 0 },
  );
}

function readTree(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(folder.length + 1), readFileSync(path, "utf8")]),
  );
}

function writeTree(folder: string, tree: Record<string, string>): void {
  rmSync(folder, { recursive: true, force: true });
  for (const [path, content] of Object.entries(tree)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}
