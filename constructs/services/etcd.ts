import type { CredentialSpec } from "../payload/payload";
import { artifactCommand } from "./artifact-paths";
import type { Contribution, RenderContext, ServiceDefinition } from "./definition";
import { environmentFile } from "./environment-file";
import { etcdDirectory } from "./etcd-credentials";
import { ETCD_CLIENT_PORT, etcdUrl } from "./etcd-endpoints";
import { etcdUsers, usersFile } from "./etcd-users";
import { hostName, instanceName, serviceName, urlHost } from "./names";
import { staticFiles } from "./static-files";

const UNIT = "etcd.service";
const TIMER = "etcd-snapshot.timer";
const PEER_PORT = 2380;

/** The cluster's store for locks and small data: a member on each core node, mutual TLS by a CA of its own. */
export const etcd: ServiceDefinition = {
  name: "etcd",
  attributes: {
    scheduling_group: "core",
    user: "etcd",
    ports: [ETCD_CLIENT_PORT, PEER_PORT],
    allow_from: { [PEER_PORT]: ["etcd"] },
    systemd_services: [UNIT, TIMER],
    environment: {
      // Round trips between members up to 100 ms; the same on all members.
      ETCD_HEARTBEAT_INTERVAL: "200",
      ETCD_ELECTION_TIMEOUT: "2000",
      ETCD_AUTO_COMPACTION_MODE: "periodic",
      ETCD_AUTO_COMPACTION_RETENTION: "1h",
      ETCD_QUOTA_BACKEND_BYTES: "2147483648",
    },
  },
  fixed: ["scheduling_group", "num_instances", "rebalance", "user", "ports", "allow_from", "systemd_services", "etcd_prefixes"],
  render(context: RenderContext): Contribution {
    const artifact = context.artifacts.etcd;
    if (artifact === undefined) throw new Error("the artifact etcd is not listed");
    const restarts = [UNIT];
    const program = (name: string, options = {}) => ({ content: artifactCommand(artifact, name), mode: "0755", ...options });
    return {
      files: {
        ...staticFiles(context, (path) => (path.endsWith(`/${UNIT}`) ? restarts : path.endsWith(`/${TIMER}`) ? [TIMER] : [])),
        "/etc/etcd/etcd.env": { content: memberEnvironment(context), restarts },
        // Addresses change as nodes come and go: read at the next start, and by etcdctl; nothing restarts.
        "/etc/etcd/endpoints.env": { content: endpointsEnvironment(context) },
        // Who may do what. Every core node holds all of it: the first of a rollout adds, the last one takes away.
        "/etc/etcd/users.txt": { content: usersFile(etcdUsers(context.clientsOfEtcd(), context.nodesOf("etcd"))) },
        "/usr/local/bin/etcd": program("etcd", { restarts }),
        "/usr/local/bin/etcdctl": program("etcdctl"),
        "/usr/local/bin/etcdutl": program("etcdutl"),
      },
      // A member is healthy with a quorum behind it, so that the next one restarts only then; the check brings etcd's
      // users up to date too, before the next node needs them.
      health: [{ unit: UNIT, command: "/usr/local/lib/minicluster/etcd-health", timeoutSeconds: 120 }],
      credentials: [memberCredential(context), administratorCredential(context)],
      artifacts: ["etcd"],
      credentialRestarts: [], // read again at each connection
    };
  },
};

function memberEnvironment({ cluster, node }: RenderContext): string {
  const address = node.addresses[0];
  const peerUrl = `https://${urlHost(address)}:${PEER_PORT}`;
  return environmentFile(
    {
      ETCD_NAME: node.name,
      ETCD_INITIAL_CLUSTER_TOKEN: cluster.domain,
      ETCD_LISTEN_CLIENT_URLS: `${etcdUrl(address)},${etcdUrl("127.0.0.1")}`,
      ETCD_ADVERTISE_CLIENT_URLS: etcdUrl(address),
      ETCD_LISTEN_PEER_URLS: peerUrl,
      ETCD_INITIAL_ADVERTISE_PEER_URLS: peerUrl,
      // A certificate of the CA is not enough: a peer must be a member.
      ETCD_PEER_CERT_ALLOWED_HOSTNAME: serviceName(cluster, "etcd"),
    },
    "This member of etcd. Membership itself lives in etcd and changes through its API only.",
  );
}

function endpointsEnvironment(context: RenderContext): string {
  const all = context.nodesOf("etcd").map((node) => node.addresses[0]);
  const others = all.filter((address) => address !== context.node.addresses[0]);
  return environmentFile(
    {
      ETCDCTL_ENDPOINTS: all.map(etcdUrl).join(","),
      OTHER_ENDPOINTS: others.map(etcdUrl).join(","),
      OTHER_ADDRESSES: others.join(" "),
    },
    "The core nodes, for etcdctl and for a node that joins. Changing it restarts nothing.",
  );
}

function memberCredential({ cluster, node, service }: RenderContext): CredentialSpec {
  return {
    directory: etcdDirectory("etcd"),
    issuer: "etcd",
    commonName: `etcd@${node.name}`,
    dnsNames: [serviceName(cluster, "etcd"), instanceName(cluster, node, "etcd"), node.name, hostName(cluster, node), "localhost"],
    ipAddresses: [...node.addresses, "127.0.0.1", "::1"],
    // Members are servers and clients to each other.
    uses: ["server_auth", "client_auth"],
    owner: service.user,
    restarts: [],
    reloads: [],
  };
}

function administratorCredential({ node }: RenderContext): CredentialSpec {
  return {
    directory: etcdDirectory("admin"),
    issuer: "etcd",
    commonName: `admin@${node.name}`,
    dnsNames: [],
    ipAddresses: [],
    uses: ["client_auth"],
    owner: "root",
    restarts: [],
    reloads: [],
  };
}
