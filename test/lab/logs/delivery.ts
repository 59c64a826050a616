import { randomBytes } from "node:crypto";
import type { LabCluster } from "../support/lab-cluster";
import { collectorOf, shown, shownOnce, wrongNumbers } from "./lines";

/** Every line once, whatever ends and begins meanwhile. */
export function delivery(cluster: LabCluster): void {
  test("10,000 numbered lines of each of three nodes, the collector restarted and killed meanwhile: every number, none twice", async () => {
    const id = randomBytes(4).toString("hex");
    const nodes = ["core-1", "worker-1", "worker-2"];
    const collector = await collectorOf(cluster);
    const slowly = `for part in 0 1 2 3 4 5 6 7 8 9; do seq -f "${id} %.0f" $((part * 1000 + 1)) $((part * 1000 + 1000)); sleep 0.4; done`;
    const saying = nodes.map((node, index) =>
      cluster.exec(node, `systemd-run --quiet --wait --unit=numbers-${id} sh -c '${index === 0 ? `seq -f "${id} %.0f" 10000` : slowly}'`),
    );
    await cluster.exec(collector, "sleep 1; systemctl restart log-collector");
    await cluster.exec(collector, "sleep 1; systemctl kill --signal=KILL log-collector");
    await Promise.all(saying);
    const lines = await shownOnce(cluster, "system", 30_000, "--grep", `^${id} `);
    for (const node of nodes) {
      expect(
        wrongNumbers(
          lines.filter(({ host }) => host === node),
          10_000,
        ),
        node,
      ).toEqual([]);
    }
    expect(lines).toHaveLength(30_000);
    const times = lines.map(({ time }) => time);
    expect(times).toEqual([...times].sort());
  });

  test("a collector that is away, and a relay that is killed meanwhile: every number, none twice", async () => {
    const id = randomBytes(4).toString("hex");
    const collector = await collectorOf(cluster);
    const say = (from: number, to: number) =>
      cluster.exec("worker-1", `systemd-run --quiet --wait sh -c 'seq -f "${id} %.0f" ${from} ${to}'; journalctl --sync`);
    await cluster.exec(collector, "systemctl stop log-collector");
    try {
      await say(1, 4000);
      await cluster.exec("worker-1", "sleep 1; systemctl kill --signal=KILL log-relay");
      await say(4001, 5000);
      expect(await shown(cluster, "system", "--grep", `^${id} 5000$`)).toEqual([]);
    } finally {
      await cluster.exec(collector, "systemctl start log-collector");
    }
    const lines = await shownOnce(cluster, "system", 5000, "--grep", `^${id} `);
    expect(wrongNumbers(lines, 5000)).toEqual([]);
  });

  test("a line that is said twice is shown twice", async () => {
    const id = randomBytes(4).toString("hex");
    await cluster.exec("worker-2", `systemd-run --quiet --wait printf '${id}\\n${id}\\n'`);
    expect(await shownOnce(cluster, "system", 2, "--grep", `^${id}$`)).toHaveLength(2);
  });

  test("--follow shows a line as it arrives", async () => {
    const id = randomBytes(4).toString("hex");
    const { child, ended } = cluster.startMinicluster("logs", "system", "-f", "--since", "1m", "--grep", id);
    let seen = "";
    child.stdout?.on("data", (chunk) => {
      seen += chunk;
    });
    try {
      for (let i = 0; i < 60 && !seen.includes(`first ${id}`); i++)
        await cluster.exec("worker-2", `logger -t ${id} 'first ${id}'; sleep 0.5`);
      expect(seen).toMatch(new RegExp(`worker-2 ${id}\\[\\d+\\]: first ${id}`));
    } finally {
      process.kill(-(child.pid as number));
    }
    await ended;
  });

  test("with the queue full, a program is not held up, lines are dropped and counted, the disk is not filled", async () => {
    const collector = await collectorOf(cluster);
    const folder = "/run/systemd/system/log-relay.service.d";
    await cluster.exec(
      "worker-2",
      `mkdir -p ${folder}; echo QUEUE_BYTES=2000000 >/run/small.env; printf '[Service]\\nEnvironmentFile=/run/small.env\\n' >${folder}/small.conf; systemctl daemon-reload; systemctl restart log-relay`,
    );
    await cluster.exec(collector, "systemctl stop log-collector");
    try {
      const started = performance.now();
      await cluster.exec("worker-2", `systemd-run --quiet --wait sh -c 'yes "$(printf %01000d 0)" | head -n 20000'`);
      expect(performance.now() - started).toBeLessThan(15_000);
      const discarded = () =>
        cluster.exec(
          "worker-2",
          `systemctl start log-probe; sed -n 's/^minicluster_log_discarded_total //p' /var/lib/prometheus/node-exporter/minicluster-logs.prom`,
        );
      let count = Number(await discarded());
      for (let i = 0; i < 3 && count === 0; i++) count = Number(await discarded());
      expect(count).toBeGreaterThan(1000);
      const bytes = Number(await cluster.exec("worker-2", "du -sb /var/lib/log-relay | cut -f 1"));
      expect(bytes).toBeLessThan(8_000_000);
    } finally {
      await cluster.exec("worker-2", `rm -r ${folder} /run/small.env; systemctl daemon-reload; systemctl restart log-relay`);
      await cluster.exec(collector, "systemctl start log-collector");
    }
  });
}
