import { stringify } from "yaml";
import type { ClusterModel } from "../config";
import { serviceName } from "./names";

const CA = "/etc/credentials/x509/ca.pem";

/** TLS of a client of Prometheus' family: shows the service's certificate, and wants the CA's. */
export function clientTls(service: string) {
  const directory = `/etc/credentials/x509/${service}/client`;
  return { ca_file: CA, cert_file: `${directory}/cert.pem`, key_file: `${directory}/private_key.pem` };
}

/** TLS of a server of the same family: of all certificates of the CA it accepts those of these clients alone. */
export function serverTls(cluster: ClusterModel, service: string, clients: readonly string[]) {
  const directory = `/etc/credentials/x509/${service}/server`;
  return {
    cert_file: `${directory}/cert.pem`,
    key_file: `${directory}/private_key.pem`,
    client_ca_file: CA,
    client_auth_type: "RequireAndVerifyClientCert",
    client_allowed_sans: clients.map((client) => serviceName(cluster, client)),
    min_version: "TLS12",
  };
}

/**
 * A `--web.config.file`. It is read again at each request, as the certificate is: neither restarts anything.
 * @see https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md
 */
export function webConfiguration(cluster: ClusterModel, service: string, clients: readonly string[]): string {
  return stringify({ tls_server_config: serverTls(cluster, service, clients) });
}
