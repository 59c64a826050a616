import { setTimeout as sleep } from "node:timers/promises";
import type { LabCluster } from "../support/lab-cluster";
import { cutOff, expectOneAtATime, LockProbe, type Turn } from "../support/lock-probe";
import { runAs } from "./run-as";

const TTL = 7;
/** Between a command's end and the lease's. */
const MARGIN = 2;
/** A command is seen alive twenty times a second, on two busy cores. */
const BLUR = 0.5;

/** Whatever happens to a holder, its command is dead before anybody else's begins. */
export function losses(cluster: LabCluster): void {
  const [holder, rival] = ["worker-1", "worker-2"] as const;
  const both = [holder, rival];

  /** A holder and one that waits; `happen` takes the lock away. @returns their turns, when it happened, and how the first one ended */
  const lose = async (name: string, happen: (probe: LockProbe) => Promise<unknown>) => {
    const probe = new LockProbe(cluster, name);
    await probe.start(holder);
    const { token } = await probe.turnAfter(0, 10, holder);
    await probe.start(rival);
    await sleep(1500);
    const at = Date.now() / 1000;
    await happen(probe);
    await probe.turnAfter(token, 20, rival);
    await sleep(1000);
    const [first, second] = (await probe.turns(...both)) as [Turn, Turn];
    expectOneAtATime([first, second]);
    console.log(`${name}: dead after ${(first.last - at).toFixed(2)} s, the next one ran after ${(second.first - at).toFixed(2)} s`);
    return { probe, lived: first.last - at, taken: second.first - at, gap: second.first - first.last };
  };
  const main = (probe: LockProbe, signal: string) =>
    cluster.exec(holder, `systemctl kill --kill-whom=main --signal=${signal} ${probe.unit}`);
  const guard = (signal: string) => cluster.exec(holder, `pkill --signal ${signal} --full /coordination-guard$`);
  const ends = async (probe: LockProbe) => {
    const ending = await probe.ending(holder);
    await probe.stop(...both);
    return ending;
  };

  test("a holder that stands still (SIGSTOP)", async () => {
    const { probe, lived, gap } = await lose("stands-still", (each) => main(each, "STOP"));
    expect(lived).toBeLessThan(TTL - MARGIN + BLUR);
    expect(gap).toBeGreaterThan(MARGIN - BLUR);
    await main(probe, "CONT");
    expect(await ends(probe)).toEqual({
      status: "76",
      said: "minicluster-lock: /jobs/stands-still is lost: its lease could not be renewed in time; the command was killed",
    });
  });

  test("a holder that is killed", async () => {
    const { probe, lived } = await lose("killed", (each) => main(each, "KILL"));
    expect(lived).toBeLessThan(BLUR);
    await probe.stop(...both);
  });

  test("a holder that stands still together with its guard", async () => {
    const { probe, lived } = await lose("guard-stands-still", async (each) => {
      await main(each, "STOP");
      await guard("STOP");
    });
    expect(lived).toBeLessThan(MARGIN + BLUR);
    await main(probe, "CONT");
    expect(await ends(probe)).toMatchObject({ status: "76", said: expect.stringContaining("its guard ended") });
  });

  test("a guard that is killed", async () => {
    const { probe, lived } = await lose("guard-killed", () => guard("KILL"));
    expect(lived).toBeLessThan(1 + BLUR);
    expect(await ends(probe)).toMatchObject({ status: "76" });
  });

  test("a network that is cut", async () => {
    let heal = async () => "";
    const { probe, lived, gap } = await lose("cut-off", async () => {
      heal = await cutOff(cluster, holder);
    });
    expect(lived).toBeLessThan(TTL - MARGIN + BLUR);
    expect(gap).toBeGreaterThan(MARGIN - BLUR);
    await heal();
    expect(await ends(probe)).toMatchObject({ status: "76", said: expect.stringContaining("could not be renewed in time") });
  });

  test("a lease that an administrator has revoked", async () => {
    const probe = new LockProbe(cluster, "revoked");
    await probe.start(holder);
    await probe.turnAfter(0, 10, holder);
    const [, lease = ""] = /"lease":(\d+)/.exec(await cluster.etcdctl("core-1", "get -w json /jobs/revoked")) ?? [];
    await cluster.etcdctl("core-1", `lease revoke ${BigInt(lease).toString(16)}`);
    const at = Date.now() / 1000;
    expect(await probe.ending(holder)).toMatchObject({ status: "76", said: expect.stringContaining("its lease has ended in etcd") });
    expect(((await probe.turns(holder))[0] as Turn).last - at).toBeLessThan(TTL / 4 + BLUR);
    await probe.stop(holder);
  });

  test("a holder that stood still before its command could begin: it never begins", async () => {
    const say = (words: string) =>
      `import os, socket, time
guard = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
guard.connect("/run/coordination-guard.sock")
if os.fork() == 0:
    guard.send(b"${words}")
    time.sleep(60)
print(guard.recv(99).decode())`;
    const run = (words: string) => runAs(cluster, holder, `timeout 5 python3 -c '${say(words)}'`);
    expect(await run("guard 1.0")).toEqual({ code: 0, output: "late" });
    expect(await run("guard nan")).toEqual({ code: 0, output: "late" });
    expect(await run("until 1e9")).toEqual({ code: 0, output: "the guard refused: no process to guard was named" });
  });

  test("etcd that is away as a whole: the command ends in time, others wait for etcd, data is refused; then all goes on", async () => {
    const core = ["core-1", "core-2", "core-3"];
    const probe = new LockProbe(cluster, "outage");
    await probe.start(holder);
    const { token } = await probe.turnAfter(0, 10, holder);
    await probe.start(rival);
    await Promise.all(core.map((node) => cluster.exec(node, "systemctl stop etcd")));
    const at = Date.now() / 1000;
    try {
      expect(await probe.ending(holder)).toMatchObject({ status: "76", said: expect.stringContaining("could not be renewed in time") });
      const [turn] = await probe.turns(holder);
      expect((turn as Turn).last - at).toBeLessThan(TTL - MARGIN + BLUR);
      const began = performance.now();
      expect(await runAs(cluster, holder, "minicluster-kv get one")).toMatchObject({
        code: 69,
        output: expect.stringMatching(/^minicluster-kv: etcd d.* not answer/),
      });
      expect(performance.now() - began).toBeLessThan(9000);
      expect(await runAs(cluster, holder, "minicluster-lock --wait 1 outage -- true")).toMatchObject({ code: 69 });
      await cluster.exec(rival, `systemctl is-active ${probe.unit}`);
    } finally {
      await Promise.all(core.map((node) => cluster.exec(node, "systemctl start etcd")));
    }
    await probe.turnAfter(token, 30, rival);
    expectOneAtATime(await probe.turns(...both));
    await probe.stop(...both);
  });
}
