import { stringify } from "yaml";
import type { ClusterModel, Severity, Warning } from "../config";
import { alertmanagerConfiguration, receiverSecrets } from "./alertmanager-config";
import type { Contribution, RenderContext, ServiceDefinition } from "./definition";
import { environmentFile } from "./environment-file";
import { instanceName, serviceName, urlHost } from "./names";
import { staticFiles } from "./static-files";
import { clientTls, serverTls, webConfiguration } from "./web-config";

const UNIT = "prometheus-alertmanager.service";
const PORT = 9093;
const GOSSIP_PORT = 9094;
const FOLDER = "/etc/minicluster/alertmanager";

/** Tells people of alerts: two of them talk to each other, so that each notification comes once. */
export const alertmanager: ServiceDefinition = {
  name: "alertmanager",
  attributes: {
    scheduling_group: "core",
    num_instances: 2,
    user: "alertmanager",
    packages: ["prometheus-alertmanager"],
    systemd_services: [UNIT],
    ports: [PORT, GOSSIP_PORT],
    allow_from: { [PORT]: ["prometheus"], [GOSSIP_PORT]: ["alertmanager"] },
    service_credentials: [{ name: "alertmanager" }],
    monitoring_endpoints: [{ port: PORT }],
  },
  fixed: ["scheduling_group", "user", "systemd_services", "ports", "allow_from", "service_credentials", "monitoring_endpoints"],
  render(context: RenderContext): Contribution {
    const { cluster, node, service } = context;
    const client = `${FOLDER}/client.yml`;
    const url = `https://${instanceName(cluster, node, "alertmanager")}:${PORT}`;
    return {
      files: {
        ...staticFiles(context, () => [UNIT]),
        [`${FOLDER}/alertmanager.yml`]: { content: alertmanagerConfiguration(cluster.receivers), reloads: [UNIT] },
        [`${FOLDER}/alertmanager.env`]: { content: startOptions(context), restarts: [UNIT] },
        [`${FOLDER}/web.yml`]: { content: webConfiguration(cluster, "alertmanager", ["alertmanager", "operator", "prometheus"]) },
        [`${FOLDER}/gossip.yml`]: { content: gossipTls(cluster), restarts: [UNIT] },
        // For amtool, in the node's own name.
        [client]: { content: stringify({ tls_config: clientTls("alertmanager") }) },
      },
      verify: [{ unit: UNIT, command: `amtool check-config ${FOLDER}/alertmanager.yml` }],
      health: [{ unit: UNIT, command: `amtool --http.config.file=${client} --alertmanager.url=${url} config show`, timeoutSeconds: 30 }],
      secrets: receiverSecrets(cluster.receivers, service.user),
      // Gossip reads its certificates at the start only.
      credentialRestarts: [UNIT],
    };
  },
  warnings(cluster: ClusterModel): Warning[] {
    const heard = (severity: Severity) => cluster.receivers.some(({ severities }) => severities.includes(severity));
    return [
      ...(heard("critical")
        ? []
        : [
            {
              id: "alerts-unheard",
              message: "no receiver of inventory.yml gets critical alerts: nobody is told of trouble; add alerts.receivers",
            },
          ]),
      ...(heard("deadman")
        ? []
        : [
            {
              id: "alerts-no-deadman",
              message:
                "no receiver of inventory.yml has severity deadman: when alerting itself is down, nobody notices; name a webhook outside the cluster that expects a sign of life every 5 minutes",
            },
          ]),
    ];
  },
};

function startOptions(context: RenderContext): string {
  const address = (host: string, port: number) => `${urlHost(host)}:${port}`;
  const [own] = context.node.addresses;
  const others = context.nodesOf("alertmanager").filter((node) => node.name !== context.node.name);
  return environmentFile(
    {
      LISTEN_ADDRESS: address(own, PORT),
      // Named, since a machine without a private address would not find one by itself.
      GOSSIP_ADDRESS: address(own, GOSSIP_PORT),
      PEERS: others.map((node) => `--cluster.peer=${address(node.addresses[0], GOSSIP_PORT)}`).join(" "),
    },
    "This Alertmanager, and those that it talks to.",
  );
}

/** Who gossips is an alertmanager, on both sides. @see https://prometheus.io/docs/alerting/0.28/https/#gossip-traffic */
function gossipTls(cluster: ClusterModel): string {
  return stringify({
    tls_server_config: serverTls(cluster, "alertmanager", ["alertmanager"]),
    tls_client_config: { ...clientTls("alertmanager"), server_name: serviceName(cluster, "alertmanager") },
  });
}
