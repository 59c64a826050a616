import type { Contribution, RenderContext, ServiceDefinition } from "./definition";
import { staticFiles } from "./static-files";
import { webConfiguration } from "./web-config";

const UNIT = "prometheus-node-exporter.service";
/** Writes down what no exporter knows: certificates, the last activation. */
const TIMER = "minicluster-node-metrics.timer";
const PORT = 9100;

/** The machine's metrics, for prometheus alone: any other certificate of the CA is refused. */
export const nodeExporter: ServiceDefinition = {
  name: "node-exporter",
  attributes: {
    user: "node-exporter",
    // dbus is how systemd tells of units; openssl reads certificates.
    packages: ["dbus", "openssl", "prometheus-node-exporter"],
    systemd_services: [UNIT, TIMER],
    service_credentials: [{ name: "node-exporter", enable_client: false }],
    monitoring_endpoints: [{ port: PORT }],
  },
  fixed: ["user", "systemd_services", "service_credentials"],
  render(context: RenderContext): Contribution {
    return {
      files: {
        ...staticFiles(context, (path) => (path.includes(`/${UNIT}.d/`) ? [UNIT] : path.endsWith(`/${TIMER}`) ? [TIMER] : [])),
        "/etc/minicluster/node-exporter/web.yml": { content: webConfiguration(context.cluster, "node-exporter", ["prometheus"]) },
      },
      health: [{ unit: UNIT, command: `bash -c '</dev/tcp/127.0.0.1/${PORT}'`, timeoutSeconds: 30 }],
      credentialRestarts: [],
    };
  },
};
