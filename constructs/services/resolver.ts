import type { ContributedFile, Contribution, RenderContext, ServiceDefinition } from "./definition";
import { serviceName } from "./names";
import { NAMESERVER_PORT } from "./nameserver";
import { staticFiles } from "./static-files";

const UNIT = "unbound.service";
const CONFIGURATION = "/etc/unbound/minicluster.conf";

/** unbound on every node: the cluster's domain from its nameservers, every other name as the machine resolved it before. */
export const resolver: ServiceDefinition = {
  name: "resolver",
  attributes: { user: "resolver", packages: ["unbound"], systemd_services: [UNIT, "resolver-takeover.path"] },
  fixed: ["scheduling_group", "num_instances", "user", "systemd_services"],
  render(context: RenderContext): Contribution {
    const restarts = [UNIT];
    const prepare = "/usr/local/lib/minicluster/resolver-prepare";
    return {
      files: {
        ...confirmed(staticFiles(context, (path) => (path.includes("takeover") ? [] : restarts))),
        "/etc/unbound/minicluster-domain.conf": { content: domainConfiguration(context), restarts },
        // Read only where systemd-resolved is (resolver-takeover tells it): programs that ask it find the domain too.
        "/etc/systemd/resolved.conf.d/minicluster.conf": { content: `[Resolve]\nDNS=127.0.0.1\nDomains=~${context.cluster.domain}\n` },
      },
      verify: [{ unit: UNIT, command: `${prepare} && unbound-checkconf ${CONFIGURATION} >/dev/null` }],
      // It answers; what it is told by others is not this node's health.
      health: [{ unit: UNIT, command: "unbound-control -q -c /etc/unbound/minicluster.conf status", timeoutSeconds: 30 }],
    };
  },
};

/** What takes over /etc/resolv.conf, and gives it back. */
function confirmed(files: Record<string, ContributedFile>): Record<string, ContributedFile> {
  const mark = ([path, file]: [string, ContributedFile]) => [path, { ...file, confirm: /takeover|giveback/.test(path) }];
  return Object.fromEntries(Object.entries(files).map(mark));
}

/** @see https://unbound.docs.nlnetlabs.nl/en/latest/manpages/unbound.conf.html#forward-zone-options */
function domainConfiguration(context: RenderContext): string {
  const { domain } = context.cluster;
  // The name is that of the certificate.
  const forward = context
    .nodesOf("nameserver")
    .map((node) => `    forward-addr: ${node.addresses[0]}@${NAMESERVER_PORT}#${serviceName(context.cluster, "nameserver")}`);
  return [
    "server:",
    // The world knows nothing of the domain, and cannot sign it.
    `    domain-insecure: "${domain}"`,
    // It may lead to private addresses, and what is below it is never the world's.
    `    private-domain: "${domain}"`,
    "forward-zone:",
    `    name: "${domain}"`,
    "    forward-tls-upstream: yes",
    ...forward,
    "",
  ].join("\n");
}
