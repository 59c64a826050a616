import { randomBytes } from "node:crypto";
import type { LabCluster } from "../support/lab-cluster";
import { collectorOf, shown, shownOnce } from "./lines";

/** What is kept, and what is refused. */
export function keeping(cluster: LabCluster): void {
  const tidy = "systemctl start log-tidy";

  test("days that are over are compressed and still read; those too old are removed", async () => {
    const id = randomBytes(4).toString("hex");
    const collector = await collectorOf(cluster);
    await cluster.exec("worker-1", `logger -t kept '${id}'`);
    await shownOnce(cluster, "system", 1, "--grep", id);
    const yesterday = await cluster.exec(
      collector,
      `cd /var/log/minicluster; day=$(date --utc --date=yesterday +%F); mkdir -p "$day/worker-1" 2020-01-01/worker-1
       grep -h ${id} "$(date --utc +%F)/worker-1/system.log" | sed 's/"n":"[0-9]*"/"n":"999999"/; s/${id}/${id} yesterday/' >"$day/worker-1/system.log"
       echo >2020-01-01/worker-1/system.log; touch --date=-1hour "$day/worker-1/system.log"; chown -R log-collector: "$day" 2020-01-01; ${tidy}; ls -d "$day"/worker-1/* 2020-01-01 2>/dev/null; true`,
    );
    expect(yesterday).toMatch(/^\d{4}-\d\d-\d\d\/worker-1\/system\.log\.gz$/);
    // Who asks for ten minutes is not shown what lies with another day.
    const lines = await shown(cluster, "system", "--since", "48h", "--grep", id, "--node", "worker-1");
    expect(lines.map(({ message }) => message).sort()).toEqual([id, `${id} yesterday`]);
    await cluster.exec(collector, `rm -r /var/log/minicluster/${yesterday.split("/")[0]}`);
  });

  test("whoever takes the most room loses its oldest file, and nobody else", async () => {
    const collector = await collectorOf(cluster);
    const left = await cluster.exec(
      collector,
      `cd /var/log/minicluster; mkdir -p 2020-01-0{1,2}/worker-1 2>/dev/null || mkdir -p 2020-01-01/worker-1 2020-01-02/worker-1
       for day in $(date --utc --date='2 days ago' +%F) $(date --utc --date='3 days ago' +%F); do mkdir -p $day/worker-1; head -c 40000000 /dev/zero >$day/worker-1/flood.log.gz; head -c 1000 /dev/zero >$day/worker-1/quiet.log.gz; done
       rm -r 2020-01-0*; chown -R log-collector: .; cp /etc/minicluster/log-collector/tidy.env /run/tidy.env
       sed -i 's/^KEEP_BYTES=.*/KEEP_BYTES="67108864"/' /etc/minicluster/log-collector/tidy.env; ${tidy}; cat /run/tidy.env >/etc/minicluster/log-collector/tidy.env
       find . -name 'flood*' -o -name 'quiet*' | sort; rm -r $(date --utc --date='2 days ago' +%F) $(date --utc --date='3 days ago' +%F)`,
    );
    expect(left.split("\n").map((path) => path.split("/").at(-1))).toEqual(["quiet.log.gz", "flood.log.gz", "quiet.log.gz"]);
  });

  test("while the disk is nearly full new lines wait, and arrive when there is room", async () => {
    const id = randomBytes(4).toString("hex");
    const collector = await collectorOf(cluster);
    const limit = (percent: string) =>
      `sed -i 's/^MIN_FREE_PERCENT=.*/MIN_FREE_PERCENT="${percent}"/' /etc/minicluster/log-collector/tidy.env; ${tidy}`;
    try {
      await cluster.exec(collector, limit("101"));
      expect(await cluster.exec(collector, "systemctl is-active log-collector || true")).toBe("inactive");
      await cluster.exec("worker-1", `logger -t full '${id}'; sleep 2`);
      expect(await shown(cluster, "system", "--grep", id)).toEqual([]);
    } finally {
      await cluster.exec(collector, limit("15"));
    }
    expect(await shownOnce(cluster, "system", 1, "--grep", id)).toHaveLength(1);
  });
}
