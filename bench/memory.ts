import { setTimeout as sleep } from "node:timers/promises";
import { table } from "../cli/table";
import { runForUser, UserError } from "../edge/user-error";
import { LabCluster } from "../test/lab/support/lab-cluster";
import { RESIDENTS_SCRIPT, type Resident, residents } from "./residents";

/**
 * `npm run bench:memory`: what a deployed cluster keeps in the memory of idle machines, against its budget. Counted are the
 * processes of units that did not run before the first deploy.
 */
const BUDGETS = { core: 450, common: 90 } as const;
const IDLE_SECONDS = Number(process.env.IDLE_SECONDS ?? 120);

runForUser(async () => {
  const cluster = new LabCluster({ name: "b-memory", core: 3, workers: 1 });
  try {
    await cluster.boot();
    const nodes = cluster.lab.nodes.map(({ name }) => name);
    const look = async (node: string) => residents(await cluster.exec(node, RESIDENTS_SCRIPT));
    const before = new Map<string, Set<string>>();
    for (const node of nodes) before.set(node, new Set((await look(node)).map(({ unit }) => unit)));
    const { code, output } = await cluster.deploy();
    if (code !== 0) throw new UserError(`the deploy failed:\n${output}`);
    console.log(`idle for ${IDLE_SECONDS} s ...`);
    await sleep(IDLE_SECONDS * 1000);
    for (const node of nodes) {
      report(
        node,
        (await look(node)).filter(({ unit }) => before.get(node)?.has(unit) === false),
      );
    }
  } finally {
    await cluster.down();
  }
});

function report(node: string, added: readonly Resident[]): void {
  const megabytes = (kibibytes: number) => (kibibytes / 1024).toFixed(1);
  const sum = (of: "rss" | "pss") => added.reduce((total, each) => total + each[of], 0);
  const budget = node.startsWith("core") ? BUDGETS.core : BUDGETS.common;
  const rows = added.map((each) => [megabytes(each.rss), megabytes(each.pss), String(each.processes), each.unit]);
  const over = sum("rss") > budget * 1024;
  console.log(`\n${node}\n${table(["RSS MB", "PSS MB", "PROCESSES", "UNIT"], rows)}`);
  console.log(
    `${megabytes(sum("rss"))} MB resident, ${megabytes(sum("pss"))} MB proportionally; the budget is ${budget} MB${over ? ": OVER" : ""}`,
  );
  if (over) process.exitCode = 1;
}
