import type { LabCluster } from "../support/lab-cluster";
import { runAs } from "./run-as";

const NAME = "data/one";

/** minicluster-kv. */
export function smallData(cluster: LabCluster): void {
  const run = (command: string, input?: string) => runAs(cluster, "worker-1", `minicluster-kv ${command}`, { input });
  const done = { code: 0, output: "" };

  test("put, get and del: what one node writes the other reads, and what is not there is exit code 1", async () => {
    expect(await run(`get ${NAME}`)).toEqual({ code: 1, output: "minicluster-kv: /jobs/data/one is not there" });
    expect(await run(`put ${NAME} "two words"`)).toEqual(done);
    expect(await runAs(cluster, "worker-2", `minicluster-kv get ${NAME}`)).toEqual({ code: 0, output: "two words" });
    expect(await run(`put ${NAME}`, "from the input")).toEqual(done);
    expect(await run(`get ${NAME}`)).toEqual({ code: 0, output: "from the input" });
    expect(await run(`del ${NAME}`)).toEqual(done);
    expect(await run(`del ${NAME}`)).toEqual({ code: 1, output: "minicluster-kv: /jobs/data/one is not there" });
  });

  test("any bytes come back as they were, up to 1 MB", async () => {
    const { stdout } = await cluster.lab.exec(
      "worker-1",
      `cd /var/tmp; head -c 1048576 /dev/urandom >data; chmod 644 data
      as="systemd-run --quiet --collect --wait --pipe --uid=jobs minicluster-kv"
      $as put ${NAME} <data && $as get ${NAME} | cmp - data && echo same; (cat data; echo) | $as put ${NAME} 2>&1; echo $?; $as del ${NAME}; rm data`,
    );
    expect(stdout).toBe("same\nminicluster-kv: the value has more than 1 MB; etcd is for small data\n2\n");
  });

  test("cas changes what is as expected, and says what is not", async () => {
    expect(await run(`cas ${NAME} old new`)).toMatchObject({ code: 1, output: expect.stringContaining("is not there") });
    expect(await run(`cas --absent ${NAME} old`)).toEqual(done);
    expect(await run(`cas --absent ${NAME} old`)).toMatchObject({ code: 1, output: expect.stringContaining("is there already") });
    expect(await run(`cas ${NAME} other new`)).toMatchObject({ code: 1, output: expect.stringContaining("has another value than OLD") });
    expect(await run(`cas ${NAME} old new`)).toEqual(done);
    expect(await run(`get ${NAME}`)).toEqual({ code: 0, output: "new" });
    await run(`del ${NAME}`);
  });

  test("of many that count at once by cas none is lost", async () => {
    await run("put count 0");
    const once = "until old=$(minicluster-kv get count) && minicluster-kv cas count $old $((old + 1)) 2>/dev/null; do :; done";
    const loop = `for i in 1 2 3; do ${once}; done`.replaceAll("$", "\\$");
    await Promise.all(["core-1", "worker-1", "worker-2"].map((node) => runAs(cluster, node, `sh -c "${loop}"`)));
    expect(await run("get count")).toEqual({ code: 0, output: "9" });
    await run("del count");
  });

  test("watch prints what is there, then each change", async () => {
    await run("put seen/a 1");
    const watching = runAs(cluster, "worker-2", "minicluster-kv watch seen/", { unit: "watching" });
    await cluster.exec("worker-2", "until systemctl is-active --quiet watching; do sleep 0.1; done; sleep 1");
    await run("put seen/b", "two\nlines");
    await run("del seen/a");
    await run("put seensoon x");
    await run("del seensoon");
    await run("del seen/b");
    await cluster.exec("worker-2", "sleep 0.5; systemctl stop watching");
    const { output } = await watching;
    expect(output.split("\n")).toEqual(["put seen/a 1", "put seen/b two\\x0alines", "del seen/a", "del seen/b"]);
  });
}
