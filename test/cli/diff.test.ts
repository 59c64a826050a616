import { join } from "node:path";
import { diffText } from "../../cli/diff-text";
import { nodeDiff } from "../../cli/node-diff";
import { cluster, inspectionOf, withDisk } from "./node";

const ENVIRONMENT = "/etc/minicluster/environment/web.env";
const before = cluster(8080).payload("worker-1");
const after = cluster(9090).payload("worker-1");
const contentsOf = (payload: typeof before) =>
  Object.fromEntries(Object.entries(payload.files).map(([path, { content }]) => [path, { content }]));

test("a node that holds what would be delivered has no difference", () => {
  expect(nodeDiff(inspectionOf(before), before)).toEqual({ files: [], others: [] });
  expect(diffText("worker-1", nodeDiff(inspectionOf(before), before))).toBe("worker-1: no difference");
});

test("a changed description: its files line by line, what restarts, which checks change", async () => {
  const difference = nodeDiff(withDisk(inspectionOf(before), contentsOf(before)), after);
  await expect(`${diffText("worker-1", difference)}\n`).toMatchFileSnapshot(join(__dirname, "expected/diff-changed.txt"));
});

test("drift: edited, with another mode, missing, replaced by a link, binary, too large", async () => {
  const inspection = withDisk(inspectionOf(before), {
    [ENVIRONMENT]: { sha256: "0".repeat(64), content: Buffer.from('PORT="1"\n\x1b[2J\n') },
    "/etc/hosts": { mode: "0600" },
    "/etc/minicluster/enabled.env": undefined,
    "/etc/minicluster/hosts.json": { type: "symbolic link", sha256: undefined, mode: "0777" },
    "/etc/minicluster/services.json": { sha256: "1".repeat(64), content: Buffer.from([0, 1, 2]), size: 3 },
    "/etc/sysusers.d/minicluster-node-exporter.conf": { sha256: "2".repeat(64), size: 5_000_000 },
    "/etc/credentials/x509/ca.pem": { mode: "0600" },
  });
  const difference = nodeDiff(inspection, before);
  expect(difference.files.every((file) => file.drifted)).toBe(true);
  await expect(`${diffText("worker-1", difference)}\n`).toMatchFileSnapshot(join(__dirname, "expected/diff-drift.txt"));
});

test("a service that leaves: its unit stops, its files are taken away", () => {
  const { [ENVIRONMENT]: _, ...files } = before.files;
  const left = { ...before, files, units: before.units.filter((unit) => unit.name !== "web.service"), health: [] };
  const inspection = withDisk(inspectionOf(before), { [ENVIRONMENT]: { content: Buffer.from("PORT=1\n") } });
  const { files: changes, others } = nodeDiff(inspection, left);
  expect(changes).toMatchObject([{ path: ENVIRONMENT, before: { content: Buffer.from("PORT=1\n") }, drifted: false }]);
  expect(changes[0]?.after).toBeUndefined();
  expect(others).toContain("stop web.service");
});

test("a unit that does not run is started, one that is new too", () => {
  const inspection = inspectionOf({ ...before, units: before.units.filter((unit) => unit.name !== "web.service") });
  const stopped = new Map([...inspection.units, ["chrony.service", { LoadState: "loaded", ActiveState: "inactive" }]]);
  expect(nodeDiff({ ...inspection, units: stopped }, before).others).toEqual([
    "start chrony.service (it is inactive)",
    "start web.service",
  ]);
});

test("an empty node gets everything, and keys are named, never shown", () => {
  const empty = { unfinished: false, disk: new Map(), units: new Map(), certificates: [], etcd: {}, facts: [] };
  const { files, others } = nodeDiff(empty, before);
  expect(files.map((file) => file.path)).toEqual(Object.keys(before.files));
  expect(others).toContain("credential /etc/credentials/x509/node-exporter/server/private_key.pem: new");
});
