import type { LabCluster } from "../support/lab-cluster";
import { hostsOf } from "../support/prometheus";
import { certificateOf, type SignedPair, signedBy } from "../support/sign";
import { ask } from "../support/tls";

interface Listener {
  readonly what: string;
  readonly port: number;
  readonly authority: "services" | "etcd";
  /** The service whose name it has. */
  readonly server: string;
  /** One that may speak to it, as the first label of its name. */
  readonly client: string;
  /** Of the clients of its CA, does it let in only those of that name? */
  readonly byName: boolean;
  readonly path: string;
}

/** Every listener that authenticates and speaks HTTP, so that one that lets somebody in says something. */
const LISTENERS: readonly Listener[] = [
  { what: "etcd for clients", port: 2379, authority: "etcd", server: "etcd", client: "admin", byName: false, path: "/version" },
  { what: "etcd for its members", port: 2380, authority: "etcd", server: "etcd", client: "etcd", byName: true, path: "/members" },
  {
    what: "node-exporter",
    port: 9100,
    authority: "services",
    server: "node-exporter",
    client: "prometheus",
    byName: true,
    path: "/metrics",
  },
  { what: "prometheus", port: 9090, authority: "services", server: "prometheus", client: "operator", byName: true, path: "/-/ready" },
  { what: "alertmanager", port: 9093, authority: "services", server: "alertmanager", client: "prometheus", byName: true, path: "/-/ready" },
];

/** Who is let in, tried at each listener with certificates of both CAs. */
export function identities(cluster: LabCluster): void {
  const name = (label: string) => `${label}.${cluster.domain}`;
  const answer = async (listener: Listener, pair?: SignedPair) =>
    ask({
      address: cluster.addressOf((await hostsOf(cluster, listener.server))[0] ?? ""),
      port: listener.port,
      path: listener.path,
      servername: name(listener.server),
      ca: certificateOf(cluster, listener.authority),
      ...pair,
    });

  describe.each(LISTENERS)("$what", (listener) => {
    // etcd also asks whether a member comes from where its name leads, which nobody does here; test/lab/cluster.test.ts has one.
    const where = listener.port === 2380 ? "nobody who comes from elsewhere" : "who may come";
    test(`lets in ${where}`, async () => {
      const pair = signedBy(cluster, listener.authority, { names: [name(listener.client)], commonName: `${listener.client}@core-1` });
      expect(await answer(listener, pair)).toMatch(listener.port === 2380 ? /^refused/ : /^200 /);
    });

    const other = listener.authority === "etcd" ? "services" : "etcd";
    const strangers: [string, () => SignedPair | undefined][] = [
      ["nobody without a certificate", () => undefined],
      ["nobody of the other CA, whatever the name", () => signedBy(cluster, other, { names: [name(listener.client)] })],
      [
        "nobody with a server's certificate",
        () => signedBy(cluster, listener.authority, { names: [name(listener.client)], usage: "server" }),
      ],
    ];
    // etcd lets any client of its own CA connect, and gives no key to one that is no user (test/lab/etcd-access.test.ts).
    const others: typeof strangers = [
      ["no other service", () => signedBy(cluster, listener.authority, { names: [name("web")] })],
      ["nobody whose name only begins alike", () => signedBy(cluster, listener.authority, { names: [`${name(listener.client)}.evil`] })],
      [
        "nobody who has the name as a CN only",
        () => signedBy(cluster, listener.authority, { names: [], commonName: name(listener.client) }),
      ],
    ];
    test.each(listener.byName ? [...strangers, ...others] : strangers)("lets in %s", async (_, pair) => {
      expect(await answer(listener, pair())).toMatch(/^refused/);
    });
  });
}
