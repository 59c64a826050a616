import type { LabCluster } from "../support/lab-cluster";
import { expectOneAtATime, LockProbe } from "../support/lock-probe";
import { runAs } from "./run-as";

/** How the commands are called, and how they end. */
export function calls(cluster: LabCluster): void {
  const run = (command: string, options?: Parameters<typeof runAs>[3]) => runAs(cluster, "worker-1", command, options);

  test("a command runs in a control group of its own, knows its token and its key, and its exit code is passed on", async () => {
    const { code, output } = await run(
      "minicluster-lock one -- sh -c 'echo $MINICLUSTER_FENCING_TOKEN $MINICLUSTER_LOCK_KEY; grep ^0:: /proc/self/cgroup; read line; echo $line; exit 7'",
      { input: "hello" },
    );
    expect(output).toMatch(/^\d+ \/jobs\/one$/m);
    expect(output).toMatch(/^0::\/system\.slice\/.*\/coordination-\d+$/m);
    expect(output).toMatch(/^hello$/m);
    expect(code).toBe(7);
  });

  test("of nodes that compete one runs at a time, and the token only grows", async () => {
    const nodes = ["core-1", "worker-1", "worker-2"];
    const probe = 'for i in 1 2 3 4; do echo "$MINICLUSTER_FENCING_TOKEN $(date +%s.%N)"; sleep 0.05; done';
    const loop = `for round in 1 2 3 4; do minicluster-lock crowd -- sh -c '${probe}' >>/var/tmp/probe-crowd; done`;
    const ended = await Promise.all(
      nodes.map((node) => runAs(cluster, node, `sh -c "${loop.replaceAll("$", "\\$").replaceAll('"', '\\"')}"`)),
    );
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
    const crowd = new LockProbe(cluster, "crowd");
    const turns = await crowd.turns(...nodes);
    await crowd.stop(...nodes);
    expect(turns).toHaveLength(12);
    expectOneAtATime(turns);
  });

  test("what a command leaves behind ends with it", async () => {
    const { code } = await run("minicluster-lock one -- sh -c 'setsid sleep 1234 & exit 0'");
    expect(code).toBe(0);
    expect((await cluster.lab.exec("worker-1", "pgrep -fx 'sleep 1234'")).stdout).toBe("");
  });

  test("SIGTERM is the command's, and its lock is free at once", async () => {
    const slow = "trap 'echo told; exit 3' TERM; echo begun; while :; do sleep 0.1; done";
    const held = runAs(cluster, "worker-1", `minicluster-lock one -- sh -c "${slow}"`, { unit: "held" });
    await cluster.exec("worker-1", "until systemctl is-active --quiet held; do sleep 0.1; done; sleep 1");
    const next = runAs(cluster, "worker-2", "minicluster-lock one -- date +%s.%N");
    await cluster.exec("worker-2", "sleep 1");
    const began = Date.now() / 1000;
    await cluster.exec("worker-1", "systemctl kill --kill-whom=main --signal=TERM held");
    expect(await held).toMatchObject({ code: 3, output: expect.stringContaining("told") });
    const { output } = await next;
    expect(output).toContain("/jobs/one is held by worker-1; waiting");
    const waited = Number(/^\d+\.\d+$/m.exec(output)?.[0]) - began;
    console.log(`the next holder ran ${waited.toFixed(2)} s after SIGTERM`);
    expect(waited).toBeLessThan(3);
  });

  test("a service that is stopped has not failed, whether it holds the lock or waits for it", async () => {
    const probe = new LockProbe(cluster, "stopped");
    await probe.start("worker-1");
    await probe.turnAfter(0, 10, "worker-1");
    await probe.start("worker-2");
    await cluster.exec("worker-2", "sleep 1");
    for (const node of ["worker-2", "worker-1"]) {
      await cluster.exec(node, `systemctl stop ${probe.unit}`);
      expect((await cluster.lab.exec(node, `systemctl is-failed ${probe.unit}`)).stdout.trim()).not.toBe("failed");
    }
    await probe.stop("worker-1", "worker-2");
    expect(await run("minicluster-lock --wait 0 stopped -- true")).toMatchObject({ code: 0 });
  });

  test("--wait gives up, and says who holds the lock", async () => {
    const probe = new LockProbe(cluster, "busy");
    await probe.start("worker-2");
    await probe.turnAfter(0, 10, "worker-2");
    for (const seconds of ["0", "1.5"])
      expect(await run(`minicluster-lock --wait ${seconds} busy -- true`)).toEqual({
        code: 75,
        output: expect.stringMatching(/^minicluster-lock: \/jobs\/busy is held by worker-2$/m),
      });
    expect(await run("minicluster-kv get busy")).toEqual({ code: 0, output: "worker-2" });
    expect(await run("minicluster-kv put busy me")).toMatchObject({
      code: 77,
      output: expect.stringContaining("held as a lock by worker-2"),
    });
    await probe.stop("worker-2");
  });

  test.each([
    ["minicluster-lock", "required: NAME"],
    ["minicluster-lock one", "no command; write it after --"],
    ["minicluster-lock one --", "no command; write it after --"],
    ["minicluster-lock one two -- true", "unrecognized arguments: two"],
    ["minicluster-lock --ttl 5 one -- true", "--ttl takes 6 to 300 seconds"],
    ["minicluster-elect --wait soon one -- true", "--wait: invalid float value: 'soon'"],
    ["minicluster-lock --wait nan one -- true", "--wait takes 0 or more seconds"],
    ["minicluster-lock ../one -- true", "'../one' is no name"],
    ["minicluster-kv", "no command"],
    ["minicluster-kv list x", "'list' is no command"],
    ["minicluster-kv get", "minicluster-kv: usage: minicluster-kv get NAME"],
    ["minicluster-kv get a b", "minicluster-kv: usage: minicluster-kv get NAME"],
    ["minicluster-kv put", "minicluster-kv: usage: minicluster-kv put NAME [VALUE]"],
    ["minicluster-kv cas one", "minicluster-kv: usage: minicluster-kv cas NAME OLD NEW"],
    ["minicluster-kv get 'a b'", "'a b' is no name"],
  ])("%s: one clear error, exit code 2", async (command, error) => {
    const { code, output } = await run(command);
    expect(output).toContain(error);
    expect(output).not.toContain("Traceback");
    expect(code).toBe(2);
  });

  test("a command that is not there or cannot run ends as in a shell", async () => {
    expect(await run("minicluster-lock one -- nowhere")).toMatchObject({
      code: 127,
      output: expect.stringContaining("nowhere: No such file"),
    });
    expect(await run("minicluster-lock one -- /etc/hosts")).toMatchObject({
      code: 126,
      output: expect.stringContaining("Permission denied"),
    });
  });

  test.each(["minicluster-lock /other/one -- true", "minicluster-kv get /other/one", "minicluster-kv put /jobsite/one x"])(
    "%s: refused, since the key is not the service's",
    async (command) => {
      const { code, output } = await run(command);
      expect(output).toMatch(/is not below the etcd_prefixes of jobs: \/jobs\/ \/shared\/$/);
      expect(code).toBe(77);
    },
  );

  test("a key of the second prefix is named whole", async () => {
    expect(await run("minicluster-kv put /shared/x 1")).toEqual({ code: 0, output: "" });
    expect(await run("minicluster-lock /shared/y -- minicluster-kv get /shared/x")).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^1/m),
    });
    expect(await run("minicluster-kv del /shared/x")).toEqual({ code: 0, output: "" });
  });

  test("nobody acts for another service: not its neighbour, not a user without one; root says for which", async () => {
    const as = (user: string, command: string) => runAs(cluster, "worker-1", command, { user });
    expect(await as("other", "minicluster-lock /jobs/one -- true")).toMatchObject({
      code: 77,
      output: expect.stringContaining("/jobs/one is not below the etcd_prefixes of other: /other/"),
    });
    expect(await as("other", "env MINICLUSTER_SERVICE=jobs minicluster-kv get one")).toMatchObject({
      code: 77,
      output: expect.stringContaining("other cannot read the credential of jobs"),
    });
    expect(await as("nobody", "minicluster-kv get one")).toMatchObject({
      code: 77,
      output: expect.stringContaining("no service of the user nobody has access to etcd"),
    });
    expect(await as("root", "minicluster-kv get one")).toMatchObject({ code: 77, output: expect.stringContaining("MINICLUSTER_SERVICE=") });
  });
}
