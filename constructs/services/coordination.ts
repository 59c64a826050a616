import type { ServiceModel } from "../config";
import type { ContributedFile, Contribution, RenderContext, ServiceDefinition } from "./definition";
import { etcdDirectory } from "./etcd-credentials";
import { etcdUrls } from "./etcd-endpoints";
import { staticFiles } from "./static-files";

const SOCKET = "coordination-guard.socket";

/** Locks, elections and small data in etcd for services that have `etcd_prefixes`: commands that each of them may run. */
export const coordination: ServiceDefinition = {
  name: "coordination",
  attributes: { packages: ["etcd-client", "python3-minimal"], systemd_services: [SOCKET] },
  fixed: ["scheduling_group", "num_instances", "systemd_services"],
  render(context: RenderContext): Contribution {
    const { cluster, placement, node } = context;
    const clients = cluster.services.filter(
      (service) => service.etcdPrefixes.length > 0 && placement.hosts[service.name]?.includes(node.name),
    );
    return {
      files: {
        ...staticFiles(context, (path) => (path.endsWith(`/${SOCKET}`) ? [SOCKET] : [])),
        ...Object.fromEntries(
          clients.map((service) => [`/etc/minicluster/coordination/${service.name}.json`, description(context, service)]),
        ),
      },
    };
  },
};

/** Where the commands ask, as whom, below which keys. Nothing secret: who may read the key named here is what decides. */
function description(context: RenderContext, service: ServiceModel): ContributedFile {
  const content = {
    service: service.name,
    host: context.node.name,
    endpoints: etcdUrls(context),
    prefixes: service.etcdPrefixes.map((prefix) => (prefix.endsWith("/") ? prefix : `${prefix}/`)),
    credentials: etcdDirectory(service.name),
  };
  return { content: `${JSON.stringify(content, null, 2)}\n` };
}
