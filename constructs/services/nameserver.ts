import { artifactCommand } from "./artifact-paths";
import type { Contribution, RenderContext, ServiceDefinition } from "./definition";
import { environmentFile } from "./environment-file";
import { etcdUrls } from "./etcd-endpoints";
import { recordPrefix } from "./skydns";
import { staticFiles } from "./static-files";

const UNIT = "nameserver.service";
/** DNS over TLS. */
export const NAMESERVER_PORT = 853;

/** CoreDNS: answers from the records in etcd, to the nodes' resolvers, over TLS. */
export const nameserver: ServiceDefinition = {
  name: "nameserver",
  attributes: {
    scheduling_group: "core",
    user: "nameserver",
    ports: [NAMESERVER_PORT],
    systemd_services: [UNIT],
    service_credentials: [{ name: "nameserver", enable_client: false }],
  },
  fixed: ["scheduling_group", "num_instances", "user", "ports", "allow_from", "systemd_services", "service_credentials", "etcd_prefixes"],
  render(context: RenderContext): Contribution {
    const artifact = context.artifacts.coredns;
    if (artifact === undefined) throw new Error("the artifact coredns is not listed");
    const { cluster, node } = context;
    const restarts = [UNIT];
    const nameservers = context.nodesOf("nameserver").map((each) => each.addresses[0]);
    return {
      files: {
        ...staticFiles(context, () => restarts),
        "/etc/nameserver/nameserver.env": {
          content: environmentFile({ NAMESERVER_ZONE: cluster.domain, NAMESERVER_ADDRESS: node.addresses[0] }),
          restarts,
        },
        // By address: a nameserver that has to resolve its own backend would ask itself.
        "/etc/nameserver/endpoints.conf": { content: `endpoint ${etcdUrls(context).join(" ")}\n`, restarts },
        // Where the zone's own name leads.
        "/etc/nameserver/backend.conf": { content: `replica ${nameservers.join(" ")}\n`, restarts },
        "/usr/local/bin/coredns": { content: artifactCommand(artifact, "coredns"), mode: "0755", restarts },
      },
      artifacts: ["coredns"],
      etcdAccess: { read: [recordPrefix(cluster)] },
    };
  },
};
