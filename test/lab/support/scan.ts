import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { OpenPort } from "../../../constructs/services/firewall-table";
import type { LabCluster } from "./lab-cluster";

/** TCP ports of an address, up to `last`, that let a machine's packets through. */
export async function scan(cluster: LabCluster, from: string, address: string, last = 65535): Promise<number[]> {
  const program = readFileSync(join(__dirname, "port-scan.py")).toString("base64");
  const output = await cluster.exec(from, `echo ${program} | base64 -d | python3 - ${address} ${last}`);
  return output.split(" ").filter(Boolean).map(Number);
}

/** What `minicluster firewall` says that a machine with these addresses finds. */
export async function predicted(cluster: LabCluster, node: string, addresses: readonly string[]): Promise<number[]> {
  const { output, code } = await cluster.minicluster("firewall", "--json");
  expect(code, output).toBe(0);
  const { ports } = JSON.parse(output.slice(output.indexOf("{"))) as { ports: OpenPort[] };
  const reaches = (row: OpenPort) => row.from === "everywhere" || addresses.some((address) => row.sources.includes(address));
  const open = ports.filter((row) => row.node === node && row.protocol === "tcp" && reaches(row));
  return [...new Set(open.map(({ port }) => port))].sort((a, b) => a - b);
}
