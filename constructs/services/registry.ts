import { alertmanager } from "./alertmanager";
import { coordination } from "./coordination";
import type { ServiceDefinition } from "./definition";
import { etcd } from "./etcd";
import { firewall } from "./firewall";
import { hosts } from "./hosts";
import { logCollector } from "./log-collector";
import { logRelay } from "./log-relay";
import { nameserver } from "./nameserver";
import { nodeExporter } from "./node-exporter";
import { prometheus } from "./prometheus";
import { resolver } from "./resolver";
import { servicereg } from "./servicereg";
import { ssh } from "./ssh";
import { time } from "./time";

/** The services that ship with minicluster. A new one is a file here, a folder in `cloud-init/`, and a line in this list. */
export const embeddedServices: readonly ServiceDefinition[] = [
  alertmanager,
  coordination,
  etcd,
  firewall,
  hosts,
  logCollector,
  logRelay,
  nameserver,
  nodeExporter,
  prometheus,
  resolver,
  servicereg,
  ssh,
  time,
];

/** Names of the platform that nobody else may have: a certificate for `prometheus` opens every exporter. */
export const reservedNames: readonly string[] = ["acme", "gateway", "identity-provider", "operator", "system"];

/** What the loader of the configuration has to know of services that are not the user's own. */
export function platformOf(definitions: readonly ServiceDefinition[]) {
  return {
    embedded: Object.fromEntries(definitions.map(({ name, attributes }) => [name, attributes])),
    fixed: Object.fromEntries(definitions.map(({ name, fixed }) => [name, fixed ?? []])),
    reserved: reservedNames,
  };
}
