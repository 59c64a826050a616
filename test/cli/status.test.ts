import { join } from "node:path";
import { certificateStatus, firstToExpire } from "../../cli/certificates";
import { type Asked, statusReport } from "../../cli/status-report";
import { statusText } from "../../cli/status-text";
import { table } from "../../cli/table";
import { CERTIFICATE, CERTIFICATE_ENDS } from "./certificate";
import { ACTIVATED, cluster, inspectionOf, withDisk } from "./node";

const NOW = new Date(ACTIVATED.getTime() + 3 * 3_600_000);
const described = cluster();
const node = (name: string) => described.cluster.nodes.find((each) => each.name === name) as Asked["node"];
const ask = (
  name: string,
  change: (inspection: ReturnType<typeof inspectionOf>) => ReturnType<typeof inspectionOf> = (same) => same,
): Asked => ({
  node: node(name),
  payload: described.payload(name),
  inspected: { ok: true, inspection: change(inspectionOf(described.payload(name))) },
});
const skipped: Asked = { node: node("worker-2"), payload: described.payload("worker-2") };
const etcd = {
  members: '{"members":[{"ID":7,"name":"core-1","clientURLs":["https://10.0.0.1:2379"]}]}',
  status: '[{"Endpoint":"https://10.0.0.1:2379","Status":{"header":{"member_id":7},"leader":7}}]',
  health: '[{"endpoint":"https://10.0.0.1:2379","health":true}]',
};
const core = ask("core-1", (inspection) => ({
  ...inspection,
  etcd,
  certificates: [{ path: "/etc/credentials/x509/ca.pem", pem: CERTIFICATE }],
}));
const report = (...asked: Asked[]) => statusReport(described.cluster, described.placement, asked, NOW);

test("a cluster on which all is well, a skipped node aside", async () => {
  const all = report(core, ask("worker-1"), skipped);
  expect(all.well).toBe(true);
  expect(all.etcd.members).toEqual([{ name: "core-1", healthy: true, leader: true, learner: false, endpoint: "https://10.0.0.1:2379" }]);
  await expect(`${statusText(all, NOW, 80)}\n`).toMatchFileSnapshot(join(__dirname, "expected/status-well.txt"));
});

test("the JSON of one node", async () => {
  await expect(`${JSON.stringify(report(ask("worker-1")), null, 2)}\n`).toMatchFileSnapshot(join(__dirname, "expected/status.json"));
});

test("every kind of trouble is told, and spoils the exit code", async () => {
  const failed = { LoadState: "loaded", ActiveState: "failed" };
  const troubled = ask("worker-1", (inspection) => ({
    ...withDisk(inspection, { "/etc/hosts": { sha256: "0".repeat(64) }, "/etc/minicluster/hosts.json": undefined }),
    unfinished: true,
    units: new Map([...inspection.units, ["web.service", failed]]),
    certificates: [{ path: "/etc/credentials/x509/web/server/cert.pem", pem: "no certificate" }],
  }));
  const unreachable: Asked = { ...core, inspected: { ok: false, error: "connect to host 10.0.0.1 port 22: \x1b[31mNo route to host" } };
  const all = report(unreachable, troubled, skipped);
  await expect(`${statusText(all, NOW, 80)}\n`).toMatchFileSnapshot(join(__dirname, "expected/status-trouble.txt"));
});

test.each<[string, Asked[]]>([
  ["unreachable", [{ ...ask("worker-1"), inspected: { ok: false, error: "no route" } }]],
  ["a failed unit", [ask("worker-1", (i) => ({ ...i, units: new Map([...i.units, ["web.service", { ActiveState: "failed" }]]) }))]],
  ["drift", [ask("worker-1", (i) => withDisk(i, { "/etc/hosts": undefined }))]],
  ["nothing delivered", [ask("worker-1", (i) => ({ ...i, committed: undefined }))]],
  ["behind", [{ ...ask("worker-1"), payload: cluster(9090).payload("worker-1") }]],
  ["unfinished", [ask("worker-1", (i) => ({ ...i, unfinished: true }))]],
  ["an expired certificate", [ask("worker-1", (i) => ({ ...i, certificates: [{ path: "/c", pem: "nothing" }] }))]],
  ["an unhealthy member", [ask("core-1", (i) => ({ ...i, etcd: { ...etcd, health: "[]" } }))]],
])("not well: %s", (_, asked) => expect(report(...asked).well).toBe(false));

test("a service that left, but was not turned down yet, still shows its unit", () => {
  const moved = { ...described.placement, hosts: { ...described.placement.hosts, web: [] } };
  const asked = { ...ask("worker-1"), payload: { ...described.payload("worker-1"), units: [] } };
  const { units, services } = statusReport(described.cluster, moved, [asked], NOW).nodes["worker-1"] ?? {};
  expect(units).toHaveProperty(["web.service"], "active");
  expect(services).not.toHaveProperty("web");
});

test("days left on a certificate, counted down through its end", () => {
  const left = (days: number) => certificateStatus("/c", CERTIFICATE, new Date(CERTIFICATE_ENDS.getTime() - days * 86_400_000)).daysLeft;
  expect([left(30.5), left(0.5), left(-0.5)]).toEqual([30, 0, -1]);
  expect(certificateStatus("/c", "", NOW)).toEqual({ path: "/c", daysLeft: null, notAfter: null });
  const some = [10, null, 5].map((daysLeft) => ({ path: `/${daysLeft}`, daysLeft, notAfter: null }));
  expect(firstToExpire(some)?.path).toBe("/null");
  expect(firstToExpire(some.filter((each) => each.daysLeft !== null))?.path).toBe("/5");
});

test("the last column of a table wraps at spaces; a long word is never cut", () => {
  expect(
    table(
      ["A", "B"],
      [
        ["x", "one two three"],
        ["long", "y"],
      ],
      14,
    ),
  ).toBe("A     B\nx     one two\n      three\nlong  y");
  expect(table(["A", "B"], [["x", "/a/very/long/path two"]], 10)).toBe("A  B\nx  /a/very/long/path\n   two");
  expect(table(["A", "B"], [["x", "one two three"]])).toBe("A  B\nx  one two three");
});
