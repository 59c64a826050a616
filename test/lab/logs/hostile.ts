import { randomBytes } from "node:crypto";
import type { LabCluster } from "../support/lab-cluster";
import { sayOverRelp } from "../support/relp";
import { certificateOf, signedBy } from "../support/sign";
import { until } from "../support/until";
import { collectorOf, shown, shownOnce } from "./lines";

/** Lines and peers that mean harm. */
export function hostile(cluster: LabCluster): void {
  const files = async () =>
    (
      await cluster.exec(
        await collectorOf(cluster),
        "cd /var/log/minicluster; find . -mindepth 2 -printf '%P\\n' | cut -d / -f 2- | sort -u",
      )
    ).split("\n");
  const relpFrom = async (names: readonly string[], lines: readonly string[]) =>
    sayOverRelp(
      {
        address: cluster.addressOf(await collectorOf(cluster)),
        port: 6514,
        ca: certificateOf(cluster, "services"),
        servername: `log-collector.${cluster.domain}`,
        ...(names.length === 0 ? {} : signedBy(cluster, "services", { names })),
      },
      lines,
    );

  test("what a program says steers neither a path nor a terminal, nor speaks for another unit", async () => {
    const id = randomBytes(4).toString("hex");
    const record = [
      `MESSAGE=${id} \\033[2J\\033]0;owned\\007`,
      "MESSAGE=second line",
      "SYSLOG_IDENTIFIER=../../../etc/cron.d/x",
      "UNIT=etcd.service",
      "_HOSTNAME=core-1",
    ];
    await cluster.exec("worker-1", `printf '${record.join("\\n")}\\n' | logger --journald`);
    const [line] = await shownOnce(cluster, "system", 1, "--grep", id);
    expect(line).toMatchObject({ host: "worker-1", service: "system" });
    expect(await shown(cluster, "etcd", "--grep", id)).toEqual([]);
    const { output } = await cluster.minicluster("logs", "system", "--since", "5m", "--grep", id);
    expect(output).toContain(`worker-1 ../../../etc/cron.d/x`);
    expect(output).toContain("\\x1b[2J\\x1b]0;owned\\x07\n    second line");
    const known = new Set([...Object.keys(cluster.nodes)]);
    for (const path of await files()) expect(known, path).toContain(path.split("/")[0]);
  });

  test("a relay's words are filed under the node that it is, whatever they say", async () => {
    const id = randomBytes(4).toString("hex");
    const json = JSON.stringify({
      time: "1999",
      host: "core-2",
      unit: "../../../../tmp/x",
      identifier: "x",
      message: id,
      n: "1",
      run: "r",
    });
    const frame = `<14>1 - ../core-3 ../evil - - - ${json}`;
    const script = `
      frame='${frame}'
      (printf '1 open 30 relp_version=0\\ncommands=syslog\\n'; sleep 0.5; printf '2 syslog %s %s\\n' "$(printf %s "$frame" | wc -c)" "$frame"; sleep 1) |
        timeout 5 openssl s_client -quiet -verify_quiet -connect ${cluster.addressOf(await collectorOf(cluster))}:6514 -CAfile /etc/credentials/x509/ca.pem \
        -cert /etc/credentials/x509/log-relay/client/cert.pem -key /etc/credentials/x509/log-relay/client/private_key.pem 2>&1 || true`;
    const answer = await cluster.exec("worker-1", script);
    expect(answer).toMatch(/2 rsp \d+ 200/);
    const [line] = await shownOnce(cluster, "system", 1, "--grep", id);
    expect(line).toMatchObject({ host: "worker-1", service: "system", unit: "../../../../tmp/x" });
    expect(line?.time).toMatch(/^20/);
  });

  test("a thief of a relay's name at an address of no node gets nothing filed", async () => {
    const id = randomBytes(4).toString("hex");
    const before = await files();
    expect(await relpFrom([`log-relay.${cluster.domain}`], [`<14>1 - core-1 x - - - {"message":"${id}"}`])).toBe("taken");
    expect(await shown(cluster, "system", "--grep", id)).toEqual([]);
    expect(await files()).toEqual(before);
  });

  test.each([
    ["another service's", ["web"]],
    ["a name that ends alike", ["notlog-relay"]],
    ["a longer name", ["x.log-relay"]],
    ["no", []],
  ])("the collector refuses %s certificate", async (_, labels) => {
    const names = labels.map((label) => `${label}.${cluster.domain}`);
    expect(await relpFrom(names, ["<14>1 - - - - - - {}"])).toMatch(/^refused/);
  });

  test("a node is told of its own lines alone, and whoever is no relay of nothing", async () => {
    const asks = (folder: string) =>
      cluster.exec(
        "worker-1",
        `. /etc/minicluster/log-relay/relay.env; socat -T 5 - "OPENSSL:$COLLECTOR_HOST:6515,verify=1,cafile=/etc/credentials/x509/ca.pem,cert=/etc/credentials/x509/${folder}/client/cert.pem,key=/etc/credentials/x509/${folder}/client/private_key.pem,commonname=$COLLECTOR_NAME" </dev/null 2>/dev/null || true`,
      );
    expect(await asks("log-relay")).toMatch(/^(probe \d+\n)?quiet \d+\nend$/);
    if (cluster.services.web !== undefined) expect(await asks("web")).toBe("");
  });

  test("a relay says nothing to a collector of another name, and goes on when the right one is back", async () => {
    const id = randomBytes(4).toString("hex");
    const collector = await collectorOf(cluster);
    const { cert, key } = signedBy(cluster, "services", { names: [`web.${cluster.domain}`], usage: "server" });
    const nodes = Object.keys(cluster.nodes);
    await cluster.exec(
      collector,
      `install -d -m 0777 /run/impostor; cd /run/impostor; printf %s '${cert}' >cert.pem; printf %s '${key}' >key.pem; mkdir logs
       sed -e 's#/etc/credentials/x509/log-collector/server/cert.pem#/run/impostor/cert.pem#' -e 's#/etc/credentials/x509/log-collector/server/private_key.pem#/run/impostor/key.pem#' -e 's#/var/log/minicluster/#/run/impostor/logs/#' /etc/minicluster/log-collector/rsyslog.conf >conf
       systemctl stop log-collector
       systemd-run --quiet --unit=impostor -p EnvironmentFile=/etc/minicluster/log-collector/collector.env -E STATE_DIRECTORY=/run/impostor /usr/sbin/rsyslogd -n -iNONE -f /run/impostor/conf`,
    );
    try {
      for (const node of nodes) await cluster.exec(node, `logger -t impostor '${id}'`);
      // Every relay has met the impostor.
      await until(
        () =>
          Promise.all(
            nodes.map((node) =>
              cluster.exec(
                node,
                "journalctl -u log-relay --since=-90s --grep='peer name|authentication|not authorized' -q -n 1 --no-pager | wc -l",
              ),
            ),
          ),
        (met) => met.every((count) => count === "1"),
        90,
      );
      expect(await cluster.exec(collector, "find /run/impostor/logs -type f")).toBe("");
    } finally {
      await cluster.exec(collector, "systemctl stop impostor; rm -r /run/impostor; systemctl start log-collector");
    }
    // As the timer does each minute.
    await Promise.all(nodes.map((node) => cluster.exec(node, "for i in 1 2 3; do systemctl start log-probe; done")));
    const lines = await shownOnce(cluster, "system", nodes.length, "--grep", `^${id}$`);
    expect(lines.map(({ host }) => host).sort()).toEqual([...nodes].sort());
  });
}
