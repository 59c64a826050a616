import { setTimeout as sleep } from "node:timers/promises";
import type { LabCluster } from "../support/lab-cluster";
import { expectOneAtATime, LockProbe } from "../support/lock-probe";
import { counting, masterOf } from "./worked-example";

const PROMISED_SECONDS = 15;

/** A node dies, and another one goes on. */
export function failover(cluster: LabCluster): void {
  test("the service of docs/coordination.md has one master, and another one in time when the master's node dies", async () => {
    const master = await masterOf(cluster);
    // Long enough for it to have written: what stands there may be its predecessor's.
    await sleep(4000);
    const before = await counting(cluster, 0);
    await cluster.lab.kill(master);
    const died = performance.now();
    try {
      const after = await counting(cluster, before.token);
      const seconds = (performance.now() - died) / 1000;
      console.log(`the standby worked ${seconds.toFixed(1)} s after its master's node died`);
      expect(seconds).toBeLessThan(PROMISED_SECONDS);
      expect(after.count).toBeGreaterThanOrEqual(before.count);
      expect(await masterOf(cluster)).not.toBe(master);
    } finally {
      await cluster.lab.start(master);
    }
  });

  test("a leader in time too when its node took etcd's leader along, and nobody else loses a lock", async () => {
    const steady = new LockProbe(cluster, "steady");
    await steady.start("worker-1");
    const leader = await etcdLeader(cluster);
    const others = Object.keys(cluster.nodes).filter((node) => node !== leader);
    const probe = new LockProbe(cluster, "leader", "elect");
    await probe.start(leader);
    const { token } = await probe.turnAfter(0, 10, leader);
    await probe.start(...others);
    await sleep(2000);
    await cluster.lab.kill(leader);
    const died = Date.now() / 1000;
    try {
      const next = await probe.turnAfter(token, PROMISED_SECONDS, ...others);
      console.log(`a leader on ${next.node} ${(next.first - died).toFixed(1)} s after ${leader} died with etcd's leader`);
      expect(next.first - died).toBeLessThan(PROMISED_SECONDS);
      await sleep(5000);
      expect(await steady.turns("worker-1")).toHaveLength(1);
      expect((await steady.turns("worker-1"))[0]?.last).toBeGreaterThan(next.first + 4);
    } finally {
      await cluster.lab.start(leader);
      await steady.stop("worker-1");
    }
    expectOneAtATime(await probe.turns(leader, ...others));
    await probe.stop(leader, ...others);
  });
}

async function etcdLeader(cluster: LabCluster): Promise<string> {
  const status = JSON.parse(await cluster.etcdctl("core-1", "endpoint status --cluster -w json"));
  const { Endpoint } = status.find(
    (each: { Status: { header: { member_id: number }; leader: number } }) => each.Status.leader === each.Status.header.member_id,
  );
  const node = Object.keys(cluster.nodes).find((each) => Endpoint.includes(`//${cluster.addressOf(each)}:`));
  if (node === undefined) throw new Error(`no node is ${Endpoint}`);
  return node;
}
