import type { LabCluster } from "../support/lab-cluster";
import { hostsOf, query, targetErrors } from "../support/prometheus";
import { until } from "../support/until";
import { addWebService } from "../support/web-service";

const IMPOSTOR_PORT = 18_443;
const RULES = `groups:
  - name: page
    rules:
      - { alert: PageCold, expr: page_temperature < 10, labels: { severity: warning } }
`;
const BROKEN_RULES = RULES.replace("page_temperature < 10", "page_temperature < (10");

/** Answers anything over TLS with the certificate of the node's node-exporter. */
const IMPOSTOR = `
import http.server, ssl
folder = "/etc/credentials/x509/node-exporter/server/"
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(folder + "cert.pem", folder + "private_key.pem")
server = http.server.HTTPServer(("", ${IMPOSTOR_PORT}), http.server.SimpleHTTPRequestHandler)
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
`;

/** What a user's service does to Prometheus. */
export function monitoredServices(cluster: LabCluster): void {
  afterAll(async () => {
    delete cluster.services.page;
    delete cluster.services.impostor;
    cluster.write();
    const { code, output } = await cluster.deploy();
    expect(code, output).toBe(0);
  });

  test("a monitored service changes lists of targets: nothing of Prometheus is restarted, nor reloaded", async () => {
    addWebService(cluster, "page", 8090, { monitoring_endpoints: [{ port: 8090, scheme: "http" }] });
    cluster.services.impostor = { num_instances: 1, monitoring_endpoints: [{ port: IMPOSTOR_PORT }] };
    cluster.write();
    const { code, output } = await cluster.deploy();
    expect(code, output).toBe(0);
    expect(output).toContain("write /etc/minicluster/prometheus/targets/static.json");
    expect(output).not.toMatch(/(restart|reload) (prometheus|etcd)/);
    expect(output).not.toContain("write /etc/minicluster/prometheus/prometheus.yml");

    const [prometheus = ""] = await hostsOf(cluster, "prometheus");
    const hosts = await hostsOf(cluster, "page");
    for (const host of hosts) await cluster.exec(host, "echo page_temperature 21 >/var/lib/page/metrics");
    await until(
      () => query(cluster, prometheus, "page_temperature"),
      (series) =>
        series
          .map(({ metric }) => metric.host)
          .sort()
          .join() === hosts.join(),
      60,
    );
  });

  test("a server that shows another service's certificate is not scraped", async () => {
    const [host = ""] = await hostsOf(cluster, "impostor");
    const [prometheus = ""] = await hostsOf(cluster, "prometheus");
    await cluster.exec(host, `systemd-run --quiet --unit=impostor python3 -c '${IMPOSTOR}'`);
    try {
      const target = `${host}.impostor.${cluster.domain}:${IMPOSTOR_PORT}`;
      await until(
        () => targetErrors(cluster, prometheus),
        (errors) => errors[target]?.includes("x509: certificate is valid for") === true,
        60,
      );
    } finally {
      await cluster.exec(host, "systemctl stop impostor");
    }
  });

  test("a service's own rules come along, and rules that promtool refuses reach no Prometheus", async () => {
    const [first = "", second = ""] = await hostsOf(cluster, "prometheus");
    cluster.services.page = { ...(cluster.services.page as object), alerts: "alerts/page.yml" };
    cluster.file("alerts/page.yml", BROKEN_RULES);
    cluster.write();
    const refused = await cluster.deploy();
    expect(refused.code).toBe(1);
    expect(refused.output).toMatch(/FAILED core-\d: the new files of prometheus.service were refused/);
    expect(refused.output).toContain("service-page.yml");
    expect(refused.output).not.toContain("reload prometheus");

    cluster.file("alerts/page.yml", RULES);
    const { code, output } = await cluster.deploy();
    expect(code, output).toBe(0);
    expect(output).toContain("reload prometheus");
    for (const host of await hostsOf(cluster, "page")) await cluster.exec(host, "echo page_temperature 4 >/var/lib/page/metrics");
    for (const prometheus of [first, second])
      await until(
        () => query(cluster, prometheus, 'ALERTS{alertname="PageCold", alertstate="firing"}'),
        (alerts) => alerts.length === 2,
        60,
      );
  });
}
