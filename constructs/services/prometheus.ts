import { stringify } from "yaml";
import type { ContributedFile, Contribution, RenderContext, ServiceDefinition } from "./definition";
import { environmentFile } from "./environment-file";
import { instanceGroups, monitoringTargets, staticGroup } from "./monitoring-targets";
import { instanceName, urlHost } from "./names";
import { expectedInstances, prometheusConfiguration, TARGET_FILES } from "./prometheus-config";
import { staticFiles } from "./static-files";
import { clientTls, webConfiguration } from "./web-config";

const UNIT = "prometheus.service";
const PORT = 9090;
const FOLDER = "/etc/minicluster/prometheus";

/** Scrapes every monitoring endpoint, keeps what it measured for a while, and evaluates the rules of alerts. */
export const prometheus: ServiceDefinition = {
  name: "prometheus",
  attributes: {
    scheduling_group: "core",
    num_instances: 2,
    // Not Debian's user prometheus, which three packages share.
    user: "prometheus-server",
    packages: ["prometheus"],
    systemd_services: [UNIT],
    ports: [PORT],
    allow_from: ["prometheus"],
    service_credentials: [{ name: "prometheus" }],
    monitoring_endpoints: [{ port: PORT }],
  },
  fixed: [
    "scheduling_group",
    "user",
    "systemd_services",
    "ports",
    "allow_from",
    "service_credentials",
    "monitoring_endpoints",
    "etcd_prefixes",
  ],
  render(context: RenderContext): Contribution {
    const { cluster, node } = context;
    const url = `https://${instanceName(cluster, node, "prometheus")}:${PORT}`;
    const client = `${FOLDER}/client.yml`;
    return {
      files: {
        ...staticFiles(context, (path) => (path.includes(`/${UNIT}.d/`) ? [UNIT] : [])),
        ...reloaded({
          ...rulesThatLieReady(context),
          "prometheus.yml": prometheusConfiguration(context),
          ...rulesOfServices(context),
          ...rulesOfPlacement(context),
        }),
        ...targetLists(context),
        [`${FOLDER}/prometheus.env`]: { content: startOptions(context), restarts: [UNIT] },
        [`${FOLDER}/web.yml`]: { content: webConfiguration(cluster, "prometheus", ["prometheus", "operator"]) },
        // For promtool, which asks in the node's own name: the health check here, and minicluster doctor.
        [client]: { content: stringify({ tls_config: clientTls("prometheus") }) },
        [`${FOLDER}/url`]: { content: `${url}\n` },
      },
      verify: [{ unit: UNIT, command: `promtool check config ${FOLDER}/prometheus.yml && promtool check web-config ${FOLDER}/web.yml` }],
      health: [{ unit: UNIT, command: `promtool check ready --http.config.file=${client} --url=${url}`, timeoutSeconds: 120 }],
      // Its certificate opens etcd's /metrics, and no key.
      etcdAccess: {},
      credentialRestarts: [], // read again at each connection
    };
  },
};

/** Its own rules are in cloud-init/; they are reloaded as all others are. */
function rulesThatLieReady({ files }: RenderContext): Record<string, Buffer> {
  const rules = [...files].filter(([path]) => path.startsWith(`${FOLDER}/rules/`));
  return Object.fromEntries(rules.map(([path, file]) => [path.slice(FOLDER.length + 1), file.content]));
}

function rulesOfServices({ cluster }: RenderContext): Record<string, Buffer> {
  return Object.fromEntries(
    cluster.services.flatMap(({ name, alerts }) => (alerts === undefined ? [] : [[`rules/service-${name}.yml`, alerts.content]])),
  );
}

function rulesOfPlacement(context: RenderContext): Record<string, string> {
  const expected = expectedInstances(monitoringTargets(context));
  return expected === undefined ? {} : { "rules/placement.yml": expected };
}

/** Lists that Prometheus watches: a service that comes or goes changes these, and nothing is reloaded. */
function targetLists(context: RenderContext): Record<string, ContributedFile> {
  const all = monitoringTargets(context).filter(({ endpoint }) => endpoint.type === "static");
  const lists = {
    [TARGET_FILES.static]: all.map((target) => staticGroup(context, target)),
    [TARGET_FILES.etcd]: instanceGroups(context, "etcd", 2379),
    [TARGET_FILES.alertmanager]: instanceGroups(context, "alertmanager", 9093),
  };
  return Object.fromEntries(
    Object.entries(lists).map(([path, groups]) => [`${FOLDER}/${path}`, { content: `${JSON.stringify(groups, null, 2)}\n` }]),
  );
}

function reloaded(files: Record<string, string | Buffer>): Record<string, ContributedFile> {
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [`${FOLDER}/${path}`, { content, reloads: [UNIT] }]));
}

function startOptions({ cluster, node }: RenderContext): string {
  return environmentFile(
    {
      LISTEN_ADDRESS: `${urlHost(node.addresses[0])}:${PORT}`,
      KEEP_TIME: `${cluster.metrics.keepDays}d`,
      KEEP_SIZE: `${cluster.metrics.keepBytes}B`,
    },
    "What inventory.yml says of this Prometheus.",
  );
}
