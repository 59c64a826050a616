import { stringify } from "yaml";
import type { LabCluster } from "../support/lab-cluster";
import { hostsOf } from "../support/prometheus";

/** Series by name and labels -> values, a minute apart, in promtool's notation. */
type Series = Readonly<Record<string, string>>;

interface Case {
  readonly alert: string;
  readonly what: string;
  readonly series: Series;
  /** When it is looked at, e.g. `10m`. Time begins at 0. */
  readonly at: string;
  /** Does it fire then? */
  readonly fires: boolean;
}

const DAY = 86_400;
const etcd = (up: readonly number[]): Series =>
  Object.fromEntries(up.map((value, i) => [`up{job="etcd", host="core-${i + 1}"}`, `${value}x60`]));
const disk = (values: string): Series => ({
  'node_filesystem_avail_bytes{host="a", mountpoint="/"}': values,
  'node_filesystem_size_bytes{host="a", mountpoint="/"}': "1000x600",
  'node_filesystem_readonly{host="a", mountpoint="/"}': "0x600",
});
const expected = { 'minicluster_instance_expected{job="web", service="web", host="a"}': "1x60" };

/** What each rule is for, and what it must keep quiet about. */
const CASES: readonly Case[] = [
  { alert: "InstanceDown", what: "a target that does not answer", series: { 'up{job="web", host="a"}': "0x60" }, at: "5m", fires: true },
  { alert: "InstanceDown", what: "one scrape that fails", series: { 'up{job="web", host="a"}': "1 1 0 1x60" }, at: "3m", fires: false },
  { alert: "InstanceDown", what: "an instance whose record is gone", series: expected, at: "5m", fires: true },
  {
    alert: "InstanceDown",
    what: "an instance that DNS finds",
    series: { ...expected, 'up{job="web", service="web", host="a"}': "1x60" },
    at: "5m",
    fires: false,
  },
  {
    alert: "UnitFailed",
    what: "a failed unit",
    series: { 'node_systemd_unit_state{state="failed", name="x.service", host="a"}': "1x60" },
    at: "5m",
    fires: true,
  },
  {
    alert: "UnitFlapping",
    what: "restarts without end",
    series: { 'node_systemd_service_restart_total{name="x.service", host="a"}': "0+1x60" },
    at: "40m",
    fires: true,
  },
  {
    alert: "UnitFlapping",
    what: "three restarts after a power cut",
    series: { 'node_systemd_service_restart_total{name="x.service", host="a"}': "0 1 2 3x60" },
    at: "40m",
    fires: false,
  },
  { alert: "DiskFillsWithinADay", what: "a disk with hours left", series: disk("390-0.3x600"), at: "5h", fires: true },
  { alert: "DiskFillsWithinADay", what: "a disk that is large enough", series: disk("900-0.3x600"), at: "5h", fires: false },
  { alert: "DiskFillsWithinADay", what: "a disk that does not change", series: disk("300x600"), at: "5h", fires: false },
  { alert: "DiskAlmostFull", what: "a twentieth left", series: disk("50x600"), at: "10m", fires: true },
  {
    alert: "CertificateEnds",
    what: "59 days",
    series: { 'minicluster_certificate_not_after_seconds{host="a", path="/x"}': `${59 * DAY}x60` },
    at: "20m",
    fires: true,
  },
  {
    alert: "CertificateEnds",
    what: "61 days",
    series: { 'minicluster_certificate_not_after_seconds{host="a", path="/x"}': `${61 * DAY}x60` },
    at: "20m",
    fires: false,
  },
  {
    alert: "NotDeployed",
    what: "271 days",
    series: { 'minicluster_activated_seconds{host="a"}': `${-271 * DAY}x60` },
    at: "20m",
    fires: true,
  },
  {
    alert: "NotDeployed",
    what: "200 days",
    series: { 'minicluster_activated_seconds{host="a"}': `${-200 * DAY}x60` },
    at: "20m",
    fires: false,
  },
  { alert: "ClockSkew", what: "six seconds ahead", series: { 'node_time_seconds{host="a"}': "6+60x60" }, at: "5m", fires: true },
  { alert: "ClockSkew", what: "a second behind", series: { 'node_time_seconds{host="a"}': "-1+60x60" }, at: "5m", fires: false },
  {
    alert: "MetricsFileStale",
    what: "a file of two hours ago",
    series: { 'node_textfile_mtime_seconds{host="a", file="x"}': "-7200x60" },
    at: "10m",
    fires: true,
  },
  {
    alert: "EtcdNoLeader",
    what: "a member without a leader",
    series: { 'etcd_server_has_leader{host="core-1"}': "0x60" },
    at: "3m",
    fires: true,
  },
  { alert: "EtcdQuorumAtRisk", what: "one of three away", series: etcd([1, 1, 0]), at: "5m", fires: true },
  { alert: "EtcdQuorumAtRisk", what: "one of five away", series: etcd([1, 1, 1, 1, 0]), at: "5m", fires: false },
  { alert: "EtcdQuorumAtRisk", what: "all of three there", series: etcd([1, 1, 1]), at: "5m", fires: false },
  {
    alert: "EtcdDatabaseLarge",
    what: "81 % of the quota",
    series: { 'etcd_mvcc_db_total_size_in_bytes{host="core-1"}': "81x60", 'etcd_server_quota_backend_bytes{host="core-1"}': "100x60" },
    at: "10m",
    fires: true,
  },
  {
    alert: "LogQueueGrows",
    what: "more lines every minute",
    series: { 'minicluster_log_queue_size{host="a"}': "1000+100x120" },
    at: "1h",
    fires: true,
  },
  {
    alert: "LogQueueGrows",
    what: "a queue that empties",
    series: { 'minicluster_log_queue_size{host="a"}': "90000-100x120" },
    at: "1h",
    fires: false,
  },
  {
    alert: "LogsDiscarded",
    what: "lines thrown away",
    series: { 'minicluster_log_discarded_total{host="a"}': "0 0 7x60" },
    at: "5m",
    fires: true,
  },
  {
    alert: "LogProbeLate",
    what: "no line for twenty minutes",
    series: { 'minicluster_log_probe_timestamp_seconds{host="a"}': "0x60" },
    at: "20m",
    fires: true,
  },
  {
    alert: "LogProbeLate",
    what: "a line each minute",
    series: { 'minicluster_log_probe_timestamp_seconds{host="a"}': "0+60x60" },
    at: "20m",
    fires: false,
  },
  { alert: "Deadman", what: "nothing at all", series: {}, at: "1m", fires: true },
];

/** The rules as a Prometheus on a node has them, asked by promtool. */
export function rules(cluster: LabCluster): void {
  test("each rule fires for what it is for, and not for what is harmless", async () => {
    const tests = CASES.map(({ alert, what, series, at, fires }) => ({
      name: `${alert}: ${what}`,
      interval: "1m",
      input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
      promql_expr_test: [
        {
          expr: `count by (alertname) (ALERTS{alertname="${alert}", alertstate="firing"})`,
          eval_time: at,
          exp_samples: fires ? [{ labels: `{alertname="${alert}"}`, value: 1 }] : [],
        },
      ],
    }));
    const file = stringify({ rule_files: ["/etc/minicluster/prometheus/rules/*.yml"], evaluation_interval: "15s", tests });
    const [host = ""] = await hostsOf(cluster, "prometheus");
    const { code, stdout, stderr } = await cluster.lab.exec(
      host,
      `cat >/run/rules.yml <<'END'\n${file}\nEND\npromtool test rules /run/rules.yml; result=$?; rm /run/rules.yml; exit $result`,
    );
    expect(code, stdout + stderr).toBe(0);
  });

  test("every rule says what it is and what to do, and is tried here", async () => {
    const [host = ""] = await hostsOf(cluster, "prometheus");
    const text = await cluster.exec(host, "cat /etc/minicluster/prometheus/rules/*.yml");
    const names = [...text.matchAll(/- alert: (\S+)/g)].map((match) => match[1] ?? "");
    expect(text.match(/summary:/g)).toHaveLength(names.length);
    expect(text.match(/action:/g)).toHaveLength(names.length);
    const tried = new Set(CASES.map(({ alert }) => alert));
    // Of Prometheus' own metrics, which say it in so many words.
    const plain = ["NotificationsFail", "AlertsNotDelivered", "RulesFail", "ConfigurationNotLoaded"];
    expect(names.filter((name) => !tried.has(name) && !plain.includes(name))).toEqual([]);
  });
}
