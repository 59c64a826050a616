import type { ServiceDefinition } from "./definition";
import { etcd } from "./etcd";
import { hosts } from "./hosts";
import { nameserver } from "./nameserver";
import { nodeExporter } from "./node-exporter";
import { resolver } from "./resolver";
import { servicereg } from "./servicereg";
import { time } from "./time";

/** The services that ship with minicluster. A new one is a file here, a folder in `cloud-init/`, and a line in this list. */
export const embeddedServices: readonly ServiceDefinition[] = [etcd, hosts, nameserver, nodeExporter, resolver, servicereg, time];

/** Names of the platform that nobody else may have: a certificate for `prometheus` opens every exporter. */
export const reservedNames: readonly string[] = [
  "acme",
  "alertmanager",
  "coordination",
  "firewall",
  "gateway",
  "identity-provider",
  "log-collector",
  "log-relay",
  "operator",
  "prometheus",
  "ssh",
];

/** What the loader of the configuration has to know of services that are not the user's own. */
export function platformOf(definitions: readonly ServiceDefinition[]) {
  return {
    embedded: Object.fromEntries(definitions.map(({ name, attributes }) => [name, attributes])),
    fixed: Object.fromEntries(definitions.map(({ name, fixed }) => [name, fixed ?? []])),
    reserved: reservedNames,
  };
}
