import { setTimeout as sleep } from "node:timers/promises";
import { lookUp } from "../support/dns";
import type { LabCluster } from "../support/lab-cluster";
import { until } from "../support/until";

/** Longer than every lease and TTL. `OUTAGE_SECONDS=600` for the promise as it stands in docs/discovery.md. */
const OUTAGE_SECONDS = Number(process.env.OUTAGE_SECONDS ?? 50);

export function outage(cluster: LabCluster): void {
  const cores = Object.keys(cluster.nodes).filter((node) => node.startsWith("core-"));
  const everyNode = Object.keys(cluster.nodes);
  // Not etcd: a member that is stopped while others still are there says goodbye, as it should.
  const services = ["nameserver", "node-exporter", "web"];
  const told = () =>
    Promise.all(
      everyNode.flatMap((node) => services.map(async (service) => (await lookUp(cluster, node, `${service}.${cluster.domain}`)).values)),
    );

  test(`for ${OUTAGE_SECONDS} s every node knows what it knew, across restarts of its resolver and of a nameserver`, async () => {
    const known = await told();
    expect(known.every((values) => values.length > 0)).toBe(true);
    await Promise.all(cores.map((core) => cluster.exec(core, "systemctl stop etcd")));
    try {
      const began = performance.now();
      const passed = () => (performance.now() - began) / 1000;
      while (passed() < OUTAGE_SECONDS / 2) {
        expect(await told(), `${passed().toFixed(0)} s into the outage`).toEqual(known);
        await sleep(5000);
      }
      await cluster.exec("core-2", "systemctl restart nameserver");
      await Promise.all(everyNode.map((node) => cluster.exec(node, "systemctl restart unbound")));
      while (passed() < OUTAGE_SECONDS) {
        expect(await told(), `${passed().toFixed(0)} s into the outage, after the restarts`).toEqual(known);
        await sleep(5000);
      }
    } finally {
      await Promise.all(cores.map((core) => cluster.exec(core, "systemctl start etcd")));
    }
    // What has changed meanwhile is seen again.
    await cluster.exec("worker-1", "systemctl stop web");
    const seconds = await until(
      () => lookUp(cluster, "core-1", `web.${cluster.domain}`),
      ({ values }) => values.length === 1,
      90,
    );
    await cluster.exec("worker-1", "systemctl start web");
    await until(told, (answers) => JSON.stringify(answers) === JSON.stringify(known), 60);
    console.log(`a change is seen ${seconds.toFixed(0)} s after etcd is back`);
  });
}
