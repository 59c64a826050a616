import { connect } from "node:tls";
import { call, range } from "../support/etcd-grpc";
import type { LabCluster } from "../support/lab-cluster";
import { hostsOf, query, targetErrors } from "../support/prometheus";
import { certificateOf, type SignedPair, signedBy } from "../support/sign";
import { ask } from "../support/tls";
import { until } from "../support/until";

/** What Prometheus knows, and who lets it. */
export function scraping(cluster: LabCluster): void {
  test("every Prometheus scrapes every endpoint of the placement, and both Alertmanagers know each other", async () => {
    const expected = [
      ...["core-1", "core-2", "core-3"].map((node) => `${node}.etcd.${cluster.domain}:2379`),
      ...Object.keys(cluster.nodes).map((node) => `${node}.node-exporter.${cluster.domain}:9100`),
      ...(await hostsOf(cluster, "prometheus")).map((node) => `${node}.prometheus.${cluster.domain}:9090`),
      ...(await hostsOf(cluster, "alertmanager")).map((node) => `${node}.alertmanager.${cluster.domain}:9093`),
    ];
    const wanted = Object.fromEntries(expected.map((target) => [target, ""]));
    const hosts = await hostsOf(cluster, "prometheus");
    expect(hosts).toHaveLength(2);
    for (const host of hosts) {
      await until(
        () => targetErrors(cluster, host),
        (errors) => Object.values(errors).every((error) => error === "") && expected.every((target) => errors[target] === ""),
        60,
      );
      expect(await targetErrors(cluster, host)).toMatchObject(wanted);
    }
    const peers = await query(cluster, hosts[0] as string, "alertmanager_cluster_members");
    expect(peers.map(({ value }) => value[1])).toEqual(["2", "2"]);
  });

  test("a series says its job, service and host", async () => {
    const [host = ""] = await hostsOf(cluster, "prometheus");
    const [series] = await query(cluster, host, 'node_uname_info{host="worker-1"}');
    expect(series?.metric).toMatchObject({ job: "node-exporter", service: "node-exporter", host: "worker-1" });
  });

  test("what only the node knows is there: its certificates, its last activation, its units", async () => {
    const [host = ""] = await hostsOf(cluster, "prometheus");
    const year = 365 * 86_400;
    const path = "/etc/credentials/x509/node-exporter/server/cert.pem";
    const ends = `minicluster_certificate_not_after_seconds{host="worker-1", path="${path}"} - time()`;
    await until(
      () => query(cluster, host, ends),
      ([seen]) => Number(seen?.value[1]) > 0.9 * year && Number(seen?.value[1]) < 1.1 * year,
      60,
    );
    await until(
      () => query(cluster, host, `time() - minicluster_activated_seconds{host="worker-1"} < 86400`),
      (series) => series.length === 1,
      100,
    );
    const unit = 'node_systemd_unit_state{host="worker-1", name="prometheus-node-exporter.service", state="active"}';
    expect((await query(cluster, host, unit))[0]?.value[1]).toBe("1");
  });

  test("nothing of it is loud: no alert fires but the sign of life", async () => {
    for (const host of await hostsOf(cluster, "prometheus")) {
      await until(
        async () => (await query(cluster, host, 'ALERTS{alertstate="firing"}')).map(({ metric }) => metric.alertname),
        (firing) => firing.join() === "Deadman",
        30,
      );
    }
  });

  test("etcd shows its metrics to prometheus, and not a key", async () => {
    const [host = ""] = await hostsOf(cluster, "prometheus");
    const pem = (file: string) => cluster.exec(host, `cat /etc/credentials/etcd/prometheus/${file}.pem`);
    const [ca, cert, key] = await Promise.all([pem("ca"), pem("cert"), pem("private_key")]);
    const client = { address: cluster.addressOf("core-1"), servername: `etcd.${cluster.domain}`, ca, cert, key };
    expect(await ask({ ...client, port: 2379, path: "/metrics" })).toContain("etcd_server_has_leader 1");
    expect((await call(client, "KV/Range", range("/", "0"))).message).toBe("etcdserver: permission denied");
    expect(await ask({ ...client, ca: certificateOf(cluster, "etcd"), ...stranger(cluster), port: 2379, path: "/metrics" })).toMatch(
      /^refused/,
    );
  });

  test("gossip lets in alertmanagers alone", async () => {
    const [host = ""] = await hostsOf(cluster, "alertmanager");
    const as = (name: string) => signedBy(cluster, "services", { names: [`${name}.${cluster.domain}`] });
    expect(await gossip(cluster, host, as("alertmanager"))).toBe("let in");
    for (const name of ["prometheus", "web", "operator"]) expect(await gossip(cluster, host, as(name)), name).toMatch(/alert|closed/);
    expect(await gossip(cluster, host)).toMatch(/alert|closed/);
  });
}

function stranger(cluster: LabCluster): SignedPair {
  return signedBy(cluster, "services", { names: [`prometheus.${cluster.domain}`] });
}

/** A connection that the other side keeps open for two seconds is let in: TLS 1.3 tells a refused client only afterwards. */
function gossip(cluster: LabCluster, host: string, pair?: SignedPair): Promise<string> {
  return new Promise((done) => {
    const socket = connect({
      host: cluster.addressOf(host),
      port: 9094,
      servername: `alertmanager.${cluster.domain}`,
      ca: certificateOf(cluster, "services"),
      ...pair,
    });
    const finish = (answer: string) => {
      socket.destroy();
      done(answer);
    };
    socket.on("secureConnect", () => setTimeout(() => finish("let in"), 2000));
    socket.on("error", ({ message }) => finish(message));
    socket.on("close", () => finish("closed"));
  });
}
