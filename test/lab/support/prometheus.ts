import type { LabCluster } from "./lab-cluster";
import { ask } from "./tls";

/** One series of an answer. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

/** Nodes on which a service runs, as they know it themselves. */
export async function hostsOf(cluster: LabCluster, service: string): Promise<string[]> {
  const services = JSON.parse(await cluster.exec("core-1", "cat /etc/minicluster/services.json"));
  return services[service].hosts;
}

/** Asks the API of the Prometheus on a node, with the operator's certificate. */
async function api(cluster: LabCluster, node: string, path: string): Promise<unknown> {
  const answer = await ask({
    address: cluster.addressOf(node),
    port: 9090,
    path: `/api/v1/${path}`,
    servername: `prometheus.${cluster.domain}`,
    ca: cluster.readPrivate("ca.pem"),
    cert: cluster.readPrivate("operator/cert.pem"),
    key: cluster.readPrivate("operator/private_key.pem"),
  });
  if (!answer.startsWith("200 ")) throw new Error(`prometheus on ${node}: ${answer}`);
  return JSON.parse(answer.slice(4)).data;
}

export async function query(cluster: LabCluster, node: string, expression: string): Promise<Series[]> {
  const { result } = (await api(cluster, node, `query?query=${encodeURIComponent(expression)}`)) as { result: Series[] };
  return result;
}

/** Target -> what the last scrape came to; empty where it went well. */
export async function targetErrors(cluster: LabCluster, node: string): Promise<Record<string, string>> {
  const { activeTargets } = (await api(cluster, node, "targets?state=active")) as {
    activeTargets: { labels: { instance: string }; health: string; lastError: string }[];
  };
  return Object.fromEntries(
    activeTargets.map(({ labels, health, lastError }) => [labels.instance, health === "up" ? "" : lastError || health]),
  );
}
