import { setTimeout as sleep } from "node:timers/promises";
import { type DnsAnswer, lookUp } from "../support/dns";
import type { LabCluster } from "../support/lab-cluster";
import { until } from "../support/until";

/** A record's TTL in caches, in seconds, and what a stopped instance may stay in etcd. */
const STOPPED_SECONDS = 31;
const DEAD_SECONDS = 45;

interface Described {
  readonly hosts: string[];
  readonly ports?: number[];
  readonly monitoring_endpoints?: { port: number }[];
}

/** Who is where, as programs on the nodes are told. */
export function presence(cluster: LabCluster): void {
  const everyNode = Object.keys(cluster.nodes);
  const name = (service: string) => `${service}.${cluster.domain}`;
  const addresses = (hosts: readonly string[]) => hosts.map((host) => cluster.addressOf(host)).sort();
  const toldAt = (nodes: readonly string[], service: string) => Promise.all(nodes.map((node) => lookUp(cluster, node, name(service))));
  const are = (hosts: readonly string[]) => (answers: readonly DnsAnswer[]) =>
    answers.every(({ values }) => values.join() === addresses(hosts).join());

  const described = async (): Promise<Record<string, Described>> =>
    JSON.parse(await cluster.exec("core-1", "cat /etc/minicluster/services.json"));

  test("every node is told of every service with a port exactly its placement: addresses, and ports with names", async () => {
    const services = Object.entries(await described()).flatMap(([service, { hosts, ports, monitoring_endpoints }]) => {
      const port = ports?.[0] ?? monitoring_endpoints?.[0]?.port;
      return port === undefined ? [] : [{ service, hosts, port }];
    });
    expect(services.map(({ service }) => service)).toEqual(expect.arrayContaining(["etcd", "nameserver", "node-exporter", "web"]));
    for (const { service, hosts, port } of services) {
      await until(() => toldAt(everyNode, service), are(hosts), 10);
      for (const node of everyNode) {
        const { values } = await lookUp(cluster, node, name(service), "SRV");
        expect(values, `${service} as ${node} sees it`).toEqual(hosts.map((host) => `${port} ${host}.${name(service)}`).sort());
      }
    }
    expect(await lookUp(cluster, "worker-1", name("nobody"))).toMatchObject({
      code: "NXDOMAIN",
    });
  });

  test("an instance that is stopped is gone within its TTL and a second, one that is killed and comes back stays", async () => {
    const { hosts } = (await described()).web as Described;
    const [gone = "", ...others] = hosts;
    await toldAt(everyNode, "web"); // into every cache
    await cluster.exec(gone, "systemctl stop web.service");
    const seconds = await until(() => toldAt(everyNode, "web"), are(others), STOPPED_SECONDS);
    await cluster.exec(gone, "systemctl start web.service");
    const back = await until(() => toldAt(everyNode, "web"), are(hosts), STOPPED_SECONDS);
    console.log(`gone from all nodes' answers after ${seconds.toFixed(1)} s, back after ${back.toFixed(1)} s`);

    await cluster.exec(gone, "systemctl kill --signal=KILL web.service");
    await until(
      () => cluster.etcdctl("core-1", `get --keys-only --prefix ${recordsOf(cluster, "web")}`),
      (keys) => keys.includes(`/${gone}`),
      10,
    );
  });

  // The core node has a member of etcd, perhaps its leader, and a nameserver that resolvers ask.
  test.each(["worker-1", "core-1"])("what was on %s is gone within 45 seconds of its death, and comes back with it", async (dead) => {
    const alive = everyNode.filter((node) => node !== dead);
    await toldAt(everyNode, "node-exporter");
    await cluster.lab.kill(dead);
    const seconds = await until(() => toldAt(alive, "node-exporter"), are(alive), DEAD_SECONDS);
    await cluster.lab.start(dead);
    const back = await until(() => toldAt(everyNode, "node-exporter"), are(everyNode), 60);
    console.log(`${dead} dead: its instance is gone after ${seconds.toFixed(1)} s, and back ${back.toFixed(1)} s after its start`);
  });

  test("records that are none take nobody down", async () => {
    const bad = {
      "not-json": "{",
      "no-address": '{"host":"","port":1}',
      "no-port": '{"host":"10.0.0.1"}',
      "a-name": '{"host":"evil.example.com","port":1}',
    };
    const key = (label: string) => `${recordsOf(cluster, "web")}${label}`;
    for (const [label, value] of Object.entries(bad)) await cluster.etcdctl("core-1", `put ${key(label)} '${value}'`);
    try {
      await sleep(31_000); // whatever was known is asked anew
      const { hosts } = (await described()).web as Described;
      const answers = await toldAt(everyNode, "web");
      expect(answers.map(({ values }) => values)).toEqual(everyNode.map(() => addresses(hosts)));
    } finally {
      for (const label of Object.keys(bad)) await cluster.etcdctl("core-1", `del ${key(label)}`);
    }
  });

  test("a node may write the records of what is placed there, and no others", async () => {
    const put = (key: string) =>
      cluster.lab.exec("worker-1", `set -a; . /etc/minicluster/servicereg/etcdctl.env; etcdctl put '${recordsOf(cluster, "")}${key}' x`);
    for (const key of ["web/worker-2", "prometheus/worker-1", "web/worker-1/more", "web", "etcd/core-1"]) {
      expect([key, (await put(key)).stderr]).toEqual([key, expect.stringContaining("permission denied")]);
    }
  });
}

/** Where the records of a service lie in etcd; ends in a slash. */
function recordsOf(cluster: LabCluster, service: string): string {
  const domain = `/skydns/${cluster.domain.split(".").reverse().join("/")}/`;
  return service === "" ? domain : `${domain}${service}/`;
}
