import type { Contribution, RenderContext, ServiceDefinition } from "./definition";
import { environmentFile } from "./environment-file";
import { COLLECTOR } from "./log-files";
import { instanceName, serviceName } from "./names";
import { staticFiles } from "./static-files";

const UNIT = "log-relay.service";
const TIMER = "log-probe.timer";
const JOURNALD = "systemd-journald.service";
const CONFIGURATION = "/etc/minicluster/log-relay/rsyslog.conf";
const ENVIRONMENT = "/etc/minicluster/log-relay/relay.env";

/** Sends the journal of its node to the collector, and asks every minute whether a line arrived. */
export const logRelay: ServiceDefinition = {
  name: "log-relay",
  attributes: {
    user: "log-relay",
    packages: ["rsyslog", "rsyslog-relp", "socat"],
    systemd_services: [UNIT, TIMER],
    service_credentials: [{ name: "log-relay", enable_server: false }],
  },
  fixed: ["scheduling_group", "num_instances", "rebalance", "user", "systemd_services", "service_credentials"],
  // Debian's own instance writes the journal into files once more.
  masked: ["rsyslog.service"],
  render(context: RenderContext): Contribution {
    return {
      files: {
        ...staticFiles(context, restartsOf),
        [ENVIRONMENT]: { content: relayEnvironment(context), restarts: [UNIT] },
      },
      verify: [{ unit: UNIT, command: `set -a; . ${ENVIRONMENT}; STATE_DIRECTORY=/run /usr/sbin/rsyslogd -N1 -f ${CONFIGURATION}` }],
      // That lines arrive depends on another node: the probe looks after it.
      health: [],
      credentialRestarts: [UNIT],
    };
  },
};

function restartsOf(path: string): string[] {
  if (path.endsWith(`/${UNIT}`) || path === CONFIGURATION) return [UNIT];
  if (path.endsWith(`/${TIMER}`)) return [TIMER];
  return path.includes("/journald.conf.d/") ? [JOURNALD] : [];
}

function relayEnvironment({ cluster, nodesOf }: RenderContext): string {
  const [collector] = nodesOf(COLLECTOR);
  if (collector === undefined) throw new Error("the collector is placed on no node");
  return environmentFile(
    {
      COLLECTOR: collector.addresses[0],
      COLLECTOR_HOST: instanceName(cluster, collector, COLLECTOR),
      COLLECTOR_NAME: serviceName(cluster, COLLECTOR),
      QUEUE_BYTES: String(cluster.logs.queueBytes),
    },
    "Where the log collector is, the name that its certificate must have, and how much may wait for it.",
  );
}
