import { stringify } from "yaml";
import type { MonitoringEndpointModel, ServiceModel } from "../config";
import type { RenderContext } from "./definition";
import { etcdDirectory } from "./etcd-credentials";
import { labelsOf, type MonitoringTarget } from "./monitoring-targets";
import { serviceName } from "./names";
import { clientTls } from "./web-config";

/**
 * Relative to the configuration's folder: lists of targets, which are read again as they change. None of them is ever empty:
 * Prometheus 2.53 goes on scraping what was in a list that became empty as its configuration was reloaded.
 */
export const TARGET_FILES = {
  static: "targets/static.json",
  etcd: "targets/etcd.json",
  alertmanager: "targets/alertmanager.json",
} as const;

/** More than any honest exporter has; one that has gone mad must not fill the memory here. */
const SAMPLE_LIMIT = 20_000;

/** Of etcd's thousand series those that rules and people look at. */
const ETCD_METRICS = "etcd_(server|mvcc_db|disk_wal_fsync|disk_backend_commit|network_peer_round_trip)_.+|process_.+";

/**
 * prometheus.yml. What the placement decides stands in the lists of targets; here stands what needs a reload: endpoints
 * that are found by DNS.
 * @see https://prometheus.io/docs/prometheus/2.53/configuration/configuration/
 */
export function prometheusConfiguration(context: RenderContext): string {
  const tls_config = clientTls("prometheus");
  return stringify(
    {
      global: {
        scrape_interval: "15s",
        scrape_timeout: "10s",
        evaluation_interval: "15s",
        // The same on both, or each alert would come twice.
        external_labels: { cluster: context.cluster.domain },
      },
      rule_files: ["rules/*.yml"],
      alerting: { alertmanagers: [{ scheme: "https", tls_config, ...listed("alertmanager") }] },
      scrape_configs: [
        {
          job_name: "static",
          // But for targets whose label says otherwise.
          scheme: "https",
          tls_config,
          sample_limit: SAMPLE_LIMIT,
          ...listed("static"),
          metric_relabel_configs: [
            { source_labels: ["job", "__name__"], regex: "(prometheus|alertmanager);(.+_bucket|go_.+)", action: "drop" },
            { source_labels: ["__name__", "state"], regex: "node_systemd_unit_state;(activating|deactivating|inactive)", action: "drop" },
          ],
        },
        {
          // etcd has a CA of its own. Whoever has a certificate of it may read its metrics; no right in etcd is needed.
          job_name: "etcd",
          scheme: "https",
          tls_config: etcdTls(),
          ...listed("etcd"),
          metric_relabel_configs: [{ source_labels: ["__name__"], regex: ETCD_METRICS, action: "keep" }],
        },
        ...dynamicEndpoints(context).map(({ service, endpoint }) => dynamicScrape(context, service, endpoint)),
      ],
    },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
}

/**
 * Rules that say what the placement says of endpoints that DNS finds: a record that is gone takes its series along, and
 * without these nobody would miss it.
 * @returns undefined where nothing is found by DNS
 */
export function expectedInstances(targets: readonly MonitoringTarget[]): string | undefined {
  const dynamic = targets.filter(({ endpoint }) => endpoint.type === "dynamic");
  if (dynamic.length === 0) return undefined;
  const rules = dynamic.map((target) => ({ record: "minicluster_instance_expected", expr: "vector(1)", labels: labelsOf(target) }));
  return stringify({ groups: [{ name: "placement", rules }] }, { lineWidth: 0 });
}

function listed(kind: keyof typeof TARGET_FILES) {
  return { file_sd_configs: [{ files: [TARGET_FILES[kind]], refresh_interval: "1m" }] };
}

function etcdTls() {
  const directory = etcdDirectory("prometheus");
  return { ca_file: `${directory}/ca.pem`, cert_file: `${directory}/cert.pem`, key_file: `${directory}/private_key.pem` };
}

function dynamicEndpoints({ cluster }: RenderContext) {
  return cluster.services.flatMap((service) =>
    service.monitoringEndpoints.filter(({ type }) => type === "dynamic").map((endpoint) => ({ service, endpoint })),
  );
}

/** The record's port is the one that users of the service want; metrics are elsewhere. */
function dynamicScrape({ cluster }: RenderContext, service: ServiceModel, { jobName, port, scheme }: MonitoringEndpointModel) {
  const name = serviceName(cluster, service.name);
  return {
    job_name: `${service.name}/${jobName}/${port}`,
    scheme,
    sample_limit: SAMPLE_LIMIT,
    // DNS says which hosts; the certificate, that it is this service.
    ...(scheme === "https" ? { tls_config: { ...clientTls("prometheus"), server_name: name } } : {}),
    dns_sd_configs: [{ names: [`${name}.`], type: "SRV", refresh_interval: "15s" }],
    relabel_configs: [
      { source_labels: ["__address__"], regex: "([^.]+)\\..+", target_label: "host" },
      { source_labels: ["__address__"], regex: "(.+):[0-9]+", target_label: "__address__", replacement: `$1:${port}` },
      { target_label: "service", replacement: service.name },
      { target_label: "job", replacement: jobName },
    ],
  };
}
