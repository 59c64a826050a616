import { stringify } from "yaml";
import type { Contribution, RenderContext, ServiceDefinition } from "./definition";
import { serviceName } from "./names";
import { staticFiles } from "./static-files";

const UNIT = "prometheus-node-exporter.service";
const PORT = 9100;

/** The machine's metrics, for prometheus alone: any other certificate of the CA is refused. */
export const nodeExporter: ServiceDefinition = {
  name: "node-exporter",
  attributes: {
    user: "node-exporter",
    packages: ["prometheus-node-exporter"],
    systemd_services: [UNIT],
    service_credentials: [{ name: "node-exporter", enable_client: false }],
    monitoring_endpoints: [{ port: PORT }],
  },
  fixed: ["user", "systemd_services", "service_credentials"],
  render(context: RenderContext): Contribution {
    return {
      files: {
        ...staticFiles(context, () => [UNIT]),
        // Read again at each request, as the certificate is: neither restarts anything.
        "/etc/minicluster/node-exporter/web.yml": { content: webConfiguration(context) },
      },
      credentialRestarts: [],
    };
  },
};

/** @see https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md */
function webConfiguration({ cluster }: RenderContext): string {
  const directory = "/etc/credentials/x509/node-exporter/server";
  return stringify({
    tls_server_config: {
      cert_file: `${directory}/cert.pem`,
      key_file: `${directory}/private_key.pem`,
      client_ca_file: "/etc/credentials/x509/ca.pem",
      client_auth_type: "RequireAndVerifyClientCert",
      client_allowed_sans: [serviceName(cluster, "prometheus")],
      min_version: "TLS12",
    },
  });
}
