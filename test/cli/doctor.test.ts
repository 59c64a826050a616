import { CHECKS } from "../../cli/doctor/checks";
import { clockOffset } from "../../cli/doctor/clock";
import type { ExaminedNode, Finding } from "../../cli/doctor/finding";
import { findingsText } from "../../cli/doctor/text";
import type { Inspection } from "../../cli/inspection";
import { type Asked, statusReport } from "../../cli/status-report";
import { CERTIFICATE, CERTIFICATE_ENDS } from "./certificate";
import { cluster, inspectionOf, withDisk } from "./node";

const NOW = new Date(new Date(CERTIFICATE_ENDS).getTime() - 100 * 86_400_000);
const { cluster: model, placement, payload } = cluster();
const etcd = {
  members: '{"members":[{"ID":7,"name":"core-1","clientURLs":["https://10.0.0.1:2379"]}]}',
  status: '[{"Endpoint":"https://10.0.0.1:2379","Status":{"header":{"member_id":7},"leader":7}}]',
  health: '[{"endpoint":"https://10.0.0.1:2379","health":true}]',
};

const up = JSON.stringify([{ metric: { host: "worker-1", service: "web", instance: "worker-1.web:8080" }, value: [0, "1"] }]);
const facts = [["prometheus", "targets", up]];

interface Said {
  core?: Partial<Inspection>;
  worker?: Partial<Inspection> | { error: string };
  clock?: ExaminedNode["clock"];
  now?: Date;
}

/** What the checks find when core-1 and worker-1 say this; worker-2 is skipped. */
function findings({ core = {}, worker = {}, clock, now = NOW }: Said): Finding[] {
  const node = (name: string) => model.nodes.find((each) => each.name === name) as Asked["node"];
  const inspections = new Map([
    ["core-1", inspectionOf(payload("core-1"), { etcd, facts, ...core })],
    ...("error" in worker ? [] : [["worker-1", inspectionOf(payload("worker-1"), worker)] as const]),
  ]);
  const asked = model.nodes.map(({ name }): Asked => {
    const inspection = inspections.get(name);
    if (inspection !== undefined) return { node: node(name), payload: payload(name), inspected: { ok: true, inspection } };
    const error = "error" in worker ? worker.error : "";
    return { node: node(name), payload: payload(name), ...(name === "worker-2" ? {} : { inspected: { ok: false, error } }) };
  });
  const nodes = [...inspections].map(([name, inspection]) => ({ name, inspection, clock }));
  return CHECKS.flatMap((check) => check({ model, placement, report: statusReport(model, placement, asked, now), nodes }));
}

test("finds nothing where all is well, a skipped node aside", () => {
  expect(findings({})).toEqual([]);
});

test.each<[string, Said, Partial<Finding>]>([
  [
    "a node that does not answer",
    { worker: { error: "Connection timed out" } },
    { check: "unreachable", node: "worker-1", found: "Connection timed out" },
  ],
  [
    "a lost quorum",
    { core: { etcd: { ...etcd, health: '[{"endpoint":"https://10.0.0.1:2379","health":false}]' } } },
    { check: "quorum", found: "etcd has 0 of 1 members healthy (core-1 not); no quorum: nothing can be written" },
  ],
  [
    "lines that do not reach the log collector",
    {
      worker: {
        facts: [
          ["logs", "minicluster_log_probe_timestamp_seconds", "1000"],
          ["logs", "minicluster_log_queue_size", "42"],
          ["clock", "1600.5"],
        ],
      },
    },
    { check: "logs", node: "worker-1", found: "its last line reached the log collector 10 min ago; 42 lines wait" },
  ],
  [
    "a probe that never ran",
    { worker: { facts: [["clock", "1795549143.1"]] } },
    { check: "logs", found: "no line of it has reached the log collector; 0 lines wait" },
  ],
  [
    "lines that were dropped",
    {
      worker: {
        facts: [
          ["logs", "minicluster_log_probe_timestamp_seconds", "1590"],
          ["logs", "minicluster_log_discarded_total", "7"],
          ["clock", "1600.5"],
        ],
      },
    },
    { check: "logs", node: "worker-1", found: "its queue for the log collector was full: 7 lines are lost" },
  ],
  [
    "a wrong clock",
    { clock: { offset: -42, uncertainty: 0.2 } },
    { check: "clock", node: "core-1", found: "its clock is -42 s off this machine's" },
  ],
  [
    "a full disk",
    { worker: { facts: [["disk", "/var", "91%", "524288"]] } },
    { check: "disk", node: "worker-1", found: "/var is 91% full, 512 MB are left" },
  ],
  [
    "a unit of ours that does not run",
    { worker: { units: new Map([["web.service", { LoadState: "loaded", ActiveState: "failed" }]]) } },
    { check: "unit", node: "worker-1", found: "web.service is failed" },
  ],
  [
    "a unit of others that failed",
    { core: { facts: [["failed", "cron.service"]] } },
    { check: "unit", node: "core-1", found: "cron.service is failed" },
  ],
  [
    "an activation that was killed",
    { worker: { unfinished: true } },
    { check: "delivery", node: "worker-1", found: "an activation is running, or was killed" },
  ],
  [
    "an edited file",
    { worker: { disk: withDisk(inspectionOf(payload("worker-1")), { "/etc/hosts": { sha256: "0".repeat(64) } }).disk } },
    { check: "delivery", node: "worker-1", found: "/etc/hosts: edited on the node" },
  ],
  [
    "a certificate that ends soon",
    {
      worker: { certificates: [{ path: "/etc/credentials/x509/ca.pem", pem: CERTIFICATE }] },
      now: new Date(new Date(CERTIFICATE_ENDS).getTime() - 59.5 * 86_400_000),
    },
    { check: "certificate", node: "worker-1", found: "/etc/credentials/x509/ca.pem expires in 59 days", fix: "npx cdktf deploy renews it" },
  ],
  [
    "a target that Prometheus cannot scrape",
    { core: { facts: [["prometheus", "targets", up.replace('"1"', '"0"')]] } },
    { check: "target", node: "worker-1", found: "Prometheus cannot scrape web at worker-1.web:8080" },
  ],
  ["that no Prometheus answers", { core: { facts: [] } }, { check: "target", found: "no Prometheus answers (core-1)" }],
  [
    "an alert that fires",
    {
      core: {
        facts: [
          ...facts,
          [
            "prometheus",
            "alerts",
            '[{"metric":{"alertname":"UnitFailed","host":"worker-1","name":"a.service","severity":"critical"},"value":[0,"1"]}]',
          ],
        ],
      },
    },
    { check: "alert", node: "worker-1", found: "UnitFailed (critical, name a.service)" },
  ],
])("finds %s", (_, said, expected) => {
  expect(findings(said)).toContainEqual(expect.objectContaining(expected));
});

test("a name must lead to exactly the instances, once there is a resolver", () => {
  const resolving = { ...placement, hosts: { ...placement.hosts, resolver: ["worker-1"] } };
  const look = (answer: string) => {
    const inspection = inspectionOf(payload("worker-1"), { facts: [["lookup", "web.infra.example.com", answer]] });
    const report = statusReport(model, resolving, [], NOW);
    return CHECKS.flatMap((check) => check({ model, placement: resolving, report, nodes: [{ name: "worker-1", inspection }] }));
  };
  expect(look("10.0.0.9")).toEqual([]);
  expect(look("").map(({ found }) => found)).toEqual(["web.infra.example.com leads to nothing, the placement says 10.0.0.9"]);
  expect(look("10.0.0.7 10.0.0.9")).toHaveLength(1);
});

test("a slow answer makes the clock uncertain, not wrong", () => {
  const inspection = inspectionOf(payload("core-1"), { facts: [["clock", "1010.0"]] });
  expect(clockOffset(inspection, 1_000_000, 1_020_000)).toEqual({ offset: 0, uncertainty: 10 });
  expect(findings({ clock: { offset: 9, uncertainty: 10 } })).toEqual([]);
});

test("what is the same on several nodes is said once, with its fix", () => {
  const finding = { check: "dns", found: "x leads to nothing", fix: "look there" };
  const text = findingsText(
    [
      { ...finding, node: "a" },
      { ...finding, node: "b" },
    ],
    2,
  );
  expect(text.split("\n")).toEqual(["dns  a, b: x leads to nothing", "  -> look there", "", "1 finding"]);
});
