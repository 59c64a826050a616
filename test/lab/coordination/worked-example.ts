import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { PROJECT } from "../../../edge/read-sources";
import type { Ended, LabCluster } from "../support/lab-cluster";
import { runAs } from "./run-as";

/** The worked example of docs/coordination.md: each of its blocks begins with the path of the file that it shows. */
export function addExample(cluster: LabCluster): void {
  const page = readFileSync(join(PROJECT, "docs/coordination.md"), "utf8");
  for (const [, content = "", path = ""] of page.matchAll(/^```\w+\n((?:#!.*\n)?# cluster\/(\S+).*\n[\s\S]*?)^```/gm)) {
    if (path === "services.yml") Object.assign(cluster.services, parse(content));
    else cluster.file(path, content, content.startsWith("#!") ? 0o755 : 0o644);
  }
}

/** Where the example's master runs, by what etcd says. After an outage there is none for some seconds. */
export async function masterOf(cluster: LabCluster): Promise<string> {
  for (;;) {
    const { code, output } = await asLedger(cluster, "minicluster-kv get master");
    if (code === 0) return output;
  }
}

/** Waits for a count by a master with a greater token than this. @returns what it has written */
export async function counting(cluster: LabCluster, token: number): Promise<{ token: number; count: number }> {
  for (;;) {
    const { output } = await asLedger(cluster, "minicluster-kv get count");
    const [written = 0, count = 0] = output.split(" ").map(Number);
    if (written > token) return { token: written, count };
  }
}

/** On a node that lives. */
function asLedger(cluster: LabCluster, command: string): Promise<Ended> {
  const { hosts } = JSON.parse(cluster.readPrivate("placement.json")).services.ledger as { hosts: string[] };
  const living = hosts.find((node) => cluster.lab.isRunning(node));
  if (living === undefined) throw new Error("no node of ledger lives");
  return runAs(cluster, living, command, { user: "ledger" });
}
