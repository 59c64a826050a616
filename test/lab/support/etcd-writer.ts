import type { LabCluster } from "./lab-cluster";

const SCRIPT = `
set -a; . /etc/etcd/etcdctl.env; . /etc/etcd/endpoints.env; set +a
: >/tmp/acknowledged
i=0
while [ ! -e /tmp/stop-writing ]; do
  i=$((i + 1))
  if etcdctl --command-timeout=3s put /written/$i $i >/dev/null 2>&1; then echo $i >>/tmp/acknowledged; fi
  sleep 0.1
done
`;

/** Puts a key about every 100 ms through all endpoints, and remembers which were acknowledged. */
export class EtcdWriter {
  constructor(
    private readonly cluster: LabCluster,
    private readonly node: string,
  ) {}

  async start(): Promise<void> {
    await this.cluster.exec(this.node, `rm -f /tmp/stop-writing && systemd-run --quiet --unit=writer sh -c '${SCRIPT}'`);
  }

  /** @returns numbers that were acknowledged, and those among them that are not there */
  async stop(): Promise<{ acknowledged: string[]; lost: string[] }> {
    await this.cluster.exec(this.node, "touch /tmp/stop-writing; while systemctl is-active --quiet writer; do sleep 0.2; done");
    const acknowledged = (await this.cluster.exec(this.node, "cat /tmp/acknowledged")).split("\n").filter(Boolean);
    const keys = await this.cluster.etcdctl(this.node, "get --prefix --keys-only /written/");
    const there = new Set(keys.split("\n").map((key) => key.replace("/written/", "")));
    await this.cluster.etcdctl(this.node, "del --prefix /written/");
    return { acknowledged, lost: acknowledged.filter((number) => !there.has(number)) };
  }
}
