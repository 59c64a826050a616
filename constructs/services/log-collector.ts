import type { Contribution, RenderContext, ServiceDefinition } from "./definition";
import { environmentFile } from "./environment-file";
import { COLLECTOR, serviceOfUnits } from "./log-files";
import { serviceName } from "./names";
import { staticFiles } from "./static-files";

const UNIT = "log-collector.service";
const ANSWER = "log-answer.service";
const TIMER = "log-tidy.timer";
const FOLDER = "/etc/minicluster/log-collector";
const ENVIRONMENT = `${FOLDER}/collector.env`;
const RELP_PORT = 6514;
const ANSWER_PORT = 6515;
/** Of the disk: below it new lines are refused, and wait in the relays' queues. */
const MIN_FREE_PERCENT = 15;

/** Takes what the relays send, into a file per day, host and service. */
export const logCollector: ServiceDefinition = {
  name: COLLECTOR,
  attributes: {
    scheduling_group: "core",
    num_instances: 1,
    // What was collected stays on its node: it moves only when it must.
    rebalance: false,
    user: COLLECTOR,
    packages: ["rsyslog", "rsyslog-relp", "socat"],
    ports: [RELP_PORT, ANSWER_PORT],
    systemd_services: [UNIT, ANSWER, TIMER],
    service_credentials: [{ name: COLLECTOR, enable_client: false }],
  },
  fixed: ["scheduling_group", "num_instances", "rebalance", "user", "ports", "allow_from", "systemd_services", "service_credentials"],
  masked: ["rsyslog.service"],
  render(context: RenderContext): Contribution {
    return {
      files: {
        ...staticFiles(context, restartsOf),
        [ENVIRONMENT]: { content: collectorEnvironment(context), restarts: [UNIT, ANSWER] },
        // Read by the next run of the timer: nothing restarts.
        [`${FOLDER}/tidy.env`]: { content: limits(context) },
        // Nodes and services come and go: read again, nobody's connection is cut.
        [`${FOLDER}/hosts.json`]: { content: lookupTable(hostsByAddress(context)), reloads: [UNIT] },
        [`${FOLDER}/units.json`]: { content: lookupTable(serviceOfUnits(context.cluster)), reloads: [UNIT] },
      },
      verify: [{ unit: UNIT, command: `set -a; . ${ENVIRONMENT}; STATE_DIRECTORY=/run /usr/sbin/rsyslogd -N1 -f ${FOLDER}/rsyslog.conf` }],
      health: [answersOn(RELP_PORT, UNIT, context.node.addresses[0]), answersOn(ANSWER_PORT, ANSWER, context.node.addresses[0])],
      credentialRestarts: [UNIT, ANSWER],
    };
  },
};

function restartsOf(path: string): string[] {
  if (path === `${FOLDER}/rsyslog.conf`) return [UNIT];
  return [UNIT, ANSWER, TIMER].filter((unit) => path.endsWith(`/${unit}`));
}

function answersOn(port: number, unit: string, address: string) {
  return { unit, command: `bash -c '</dev/tcp/${address}/${port}'`, timeoutSeconds: 30 };
}

function collectorEnvironment({ cluster }: RenderContext): string {
  return environmentFile({ RELAY_NAME: serviceName(cluster, "log-relay") }, "The name that a relay's certificate must have.");
}

function limits({ cluster: { logs } }: RenderContext): string {
  return environmentFile(
    { KEEP_BYTES: String(logs.keepBytes), KEEP_DAYS: String(logs.keepDays), MIN_FREE_PERCENT: String(MIN_FREE_PERCENT) },
    "How much is kept, and from which part of the disk on new lines are refused.",
  );
}

function hostsByAddress({ cluster }: RenderContext): ReadonlyMap<string, string> {
  return new Map(cluster.nodes.flatMap((node) => node.addresses.map((address) => [address, node.name] as const)));
}

/** @see https://www.rsyslog.com/doc/configuration/lookup_tables.html */
function lookupTable(entries: ReadonlyMap<string, string>): string {
  const table = [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([index, value]) => ({ index, value }));
  return `${JSON.stringify({ version: 1, nomatch: "", type: "string", table }, null, 1)}\n`;
}
