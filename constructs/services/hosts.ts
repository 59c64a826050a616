import { listeningPorts } from "../config";
import type { Contribution, RenderContext, ServiceDefinition } from "./definition";
import { hostName, instanceName } from "./names";

/** `/etc/hosts`: what the platform itself needs never depends on dynamic DNS, and neither does what is monitored statically. */
export const hosts: ServiceDefinition = {
  name: "hosts",
  attributes: {},
  render(context: RenderContext): Contribution {
    return { files: { "/etc/hosts": { content: hostsFile(context), confirm: true } } };
  },
};

function hostsFile({ cluster, placement }: RenderContext): string {
  // Those that listen: nobody looks for the others.
  const known = cluster.services.filter((service) =>
    service.embedded ? listeningPorts(service).length > 0 : service.monitoringEndpoints.some(({ type }) => type === "static"),
  );
  const lines = cluster.nodes.flatMap((node) => {
    const instances = known
      .filter((service) => placement.hosts[service.name]?.includes(node.name))
      .map((service) => instanceName(cluster, node, service.name));
    const names = [hostName(cluster, node), node.name, ...instances].join(" ");
    return node.addresses.map((address) => `${address} ${names}`);
  });
  return [
    "# Written by minicluster. Nodes, and where services run whose names must not depend on DNS.",
    "127.0.0.1 localhost",
    "::1 localhost ip6-localhost ip6-loopback",
    "ff02::1 ip6-allnodes",
    "ff02::2 ip6-allrouters",
    "",
    ...lines,
    "",
  ].join("\n");
}
