import { isWell } from "../unit-state";
import type { Check, Examination, Finding } from "./finding";
import { logProbes } from "./log-probes";
import { lookupsOf } from "./lookups";
import { alerts, targets } from "./monitoring";

/** Renewal is planned 120 days ahead; alerts begin at 60. */
const FEW_DAYS = 60;
/** As `prepare` demands of a machine, but between nodes: leases and certificates depend on it. */
const CLOCK_SECONDS = 5;
const FULL_PERCENT = 85;

const nodesOf = (examination: Examination) => Object.entries(examination.report.nodes).filter(([, node]) => !node.skipped);

const unreachable: Check = (examination) =>
  nodesOf(examination)
    .filter(([, node]) => !node.reachable)
    .map(([name, node]) => ({
      check: "unreachable",
      node: name,
      found: node.error ?? "no answer",
      fix: "switch it on, or mend its network; if it stays away for long, set skip: true in inventory.yml",
    }));

/** A cluster of n members works with more than half of them. */
const quorum: Check = ({ report, placement }) => {
  const { members } = report.etcd;
  const total = Math.max(members.filter((member) => !member.learner).length, placement.hosts.etcd?.length ?? 0);
  const healthy = members.filter((member) => member.healthy && !member.learner).length;
  const unhealthy = members.filter((member) => !member.healthy).map((member) => member.name);
  const learners = members
    .filter((member) => member.learner)
    .map(
      (member): Finding => ({ check: "quorum", found: `${member.name} is still a learner of etcd`, fix: "npx cdktf deploy promotes it" }),
    );
  if (members.length === 0 || healthy === total) return learners;
  const majority = Math.floor(total / 2) + 1;
  const state = healthy >= majority ? `${healthy - majority} more may fail` : "no quorum: nothing can be written";
  const found = `etcd has ${healthy} of ${total} members healthy (${unhealthy.join(", ") || "one is missing"} not); ${state}`;
  const fix =
    healthy >= majority
      ? "see what is wrong on that node, or reinstall and redeliver it"
      : "start the other core nodes; docs/recovery.md if their disks are lost";
  return [{ check: "quorum", found, fix }, ...learners];
};

const clocks: Check = ({ nodes }) =>
  nodes.flatMap(({ name, clock }) =>
    clock !== undefined && Math.abs(clock.offset) > CLOCK_SECONDS + clock.uncertainty
      ? [
          {
            check: "clock",
            node: name,
            found: `its clock is ${clock.offset.toFixed(0)} s off this machine's`,
            fix: "see chronyc tracking and chronyc sources there: its time servers may be unreachable",
          },
        ]
      : [],
  );

const disks: Check = ({ nodes }) =>
  nodes.flatMap(({ name, inspection }) =>
    inspection.facts
      .filter(([kind, , percent]) => kind === "disk" && Number.parseInt(percent ?? "0", 10) >= FULL_PERCENT)
      .map(([, mount, percent, kilobytes]) => ({
        check: "disk",
        node: name,
        found: `${mount} is ${percent} full, ${Math.floor(Number(kilobytes) / 1024)} MB are left`,
        fix: "make room: journalctl --vacuum-size=500M, old packages, data of services",
      })),
  );

const certificates: Check = (examination) =>
  nodesOf(examination).flatMap(([name, node]) =>
    node.certificates
      .filter(({ daysLeft }) => daysLeft === null || daysLeft < FEW_DAYS)
      .map(({ path, daysLeft }) => ({
        check: "certificate",
        node: name,
        found: daysLeft === null ? `${path} is no certificate` : `${path} ${daysLeft < 0 ? "has expired" : `expires in ${daysLeft} days`}`,
        fix: daysLeft === null ? `npx minicluster redeliver ${name}, then npx cdktf deploy` : "npx cdktf deploy renews it",
      })),
  );

const deliveries: Check = (examination) =>
  nodesOf(examination).flatMap(([name, node]): Finding[] => {
    if (!node.reachable) return [];
    const finding = (found: string, fix: string): Finding => ({ check: "delivery", node: name, found, fix });
    if (node.generation === null) return [finding("nothing was delivered to it yet", "npx cdktf deploy")];
    return [
      ...(node.unfinished ? [finding("an activation is running, or was killed", "wait a minute, then npx cdktf deploy")] : []),
      ...(node.upToDate
        ? []
        : [finding("it holds something else than what is described", `npx minicluster diff ${name}, then npx cdktf deploy`)]),
      ...node.drift.map(({ path, detail }) => finding(`${path}: ${detail}`, `npx minicluster redeliver ${name}, then npx cdktf deploy`)),
    ];
  });

const units: Check = ({ report, nodes }) =>
  nodes.flatMap(({ name, inspection }) => {
    const ours = report.nodes[name]?.units ?? {};
    const others = inspection.facts
      .filter(([kind, unit]) => kind === "failed" && unit !== undefined && !(unit in ours))
      .map(([, unit = ""]) => unit);
    return [
      ...Object.entries(ours)
        .filter(([, state]) => !isWell(state))
        .map(([unit, state]) => ({ unit, state })),
      ...others.map((unit) => ({ unit, state: "failed" })),
    ].map(({ unit, state }) => ({
      check: "unit",
      node: name,
      found: `${unit} is ${state}`,
      fix: `npx minicluster ssh ${name} journalctl -u ${unit} -n 50`,
    }));
  });

/** Names that stand for a service must lead to exactly its instances. */
const lookups: Check = ({ model, placement, nodes }) => {
  const wanted = lookupsOf(model, placement);
  return nodes.flatMap(({ name, inspection }) =>
    inspection.facts
      .filter(([kind]) => kind === "lookup")
      .flatMap(([, asked = "", answer = ""]): Finding[] => {
        const expected = wanted[asked] ?? [];
        const found = answer.split(" ").filter(Boolean).sort();
        if (found.join(" ") === expected.join(" ")) return [];
        return [
          {
            check: "dns",
            node: name,
            found: `${asked} leads to ${found.join(", ") || "nothing"}, the placement says ${expected.join(", ")}`,
            fix: "an instance that is missing does not run or does not answer on its port: npx minicluster status",
          },
        ];
      }),
  );
};

/** In the order in which a person should look at what they find. */
export const CHECKS: readonly Check[] = [
  unreachable,
  quorum,
  clocks,
  disks,
  units,
  deliveries,
  certificates,
  lookups,
  targets,
  logProbes,
  alerts,
];
