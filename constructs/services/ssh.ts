import type { ContributedFile, Contribution, RenderContext, ServiceDefinition } from "./definition";
import { hostNames, knownHostsFile } from "./ssh-known-hosts";
import { staticFiles } from "./static-files";

/** Debian's own; not one of our units, and never restarted: a session in which something goes wrong must live on. */
const SSHD = "ssh.service";
const CERTIFICATES = "ssh-host-certificates.service";

const FOLDER = "/etc/minicluster/ssh";
const AUTHORIZED_KEYS = `${FOLDER}/authorized_keys`;
const SSHD_FOLDER = "/etc/ssh/sshd_config.d/";
const LIBRARY = "/usr/local/lib/minicluster";

/** What the edge gives, see `RenderContext.given`. */
export const OPERATOR_KEY = "operator.pub";
export const HOST_CA = "host-ca.pub";
/** The node's certificate by the host CA. */
export const CERTIFICATE = "host-certificate.pub";
/** The host key that a deploy checks. */
export const PINNED = "pinned.pub";

/** Who may log in and how, and how a node proves to others which one it is. */
export const ssh: ServiceDefinition = {
  name: "ssh",
  attributes: { systemd_services: [CERTIFICATES] },
  fixed: ["scheduling_group", "num_instances", "rebalance", "user", "systemd_services", "ports"],
  render(context: RenderContext): Contribution {
    const { user } = context.cluster.ssh;
    const own = staticFiles(context, (path) =>
      path.endsWith(CERTIFICATES) || path.endsWith("/ssh-host-certificates") ? [CERTIFICATES] : [],
    );
    const files: Record<string, ContributedFile> = {
      ...own,
      ...filesOfOthers(context),
      [`${SSHD_FOLDER}00-minicluster-logins.conf`]: { content: logins(context) },
      // Read at each login.
      [AUTHORIZED_KEYS]: { content: authorizedKeys(context) },
      ...certificateFiles(context),
    };
    return {
      files: Object.fromEntries(Object.entries(files).map(([path, file]) => [path, { ...file, ...consequences(path) }])),
      verify: [{ unit: SSHD, command: `${LIBRARY}/ssh-verify ${user}` }],
      health: [{ unit: SSHD, command: `${LIBRARY}/ssh-health`, timeoutSeconds: 15 }],
    };
  },
};

/** Who may log in decides whether the deploy gets in again: the node takes back what nobody confirms. */
function consequences(path: string): Partial<ContributedFile> {
  if (path.startsWith(SSHD_FOLDER)) return { reloads: [SSHD], confirm: true };
  return path === AUTHORIZED_KEYS ? { confirm: true } : {};
}

/** What the user's services bring for sshd counts at once, while the deploy can still take it back; not at the next boot. */
function filesOfOthers({ cluster, placement, node }: RenderContext): Record<string, ContributedFile> {
  const files = cluster.services.filter(({ name }) => placement.hosts[name]?.includes(node.name)).flatMap((service) => service.files);
  return Object.fromEntries(
    files
      .filter(({ path }) => path.startsWith(SSHD_FOLDER))
      .map(({ path, content, executable }) => [path, { content, mode: executable ? "0755" : "0644" }]),
  );
}

/**
 * With the deploy's own key known, these keys and no others: one that came by cloud-init, or was added by hand, does not
 * count. Without it (an agent, and no `ssh.public_key`) that would lock out the deploy, so what stands in the home counts too.
 */
function logins({ cluster, node, given }: RenderContext): string {
  const { user } = cluster.ssh;
  const own = node.addresses.map((address) => (address.includes(":") ? `[${address}]` : address));
  return [
    `PermitRootLogin ${user === "root" ? "prohibit-password" : "no"}`,
    "",
    `Match User ${user}`,
    `    AuthorizedKeysFile ${AUTHORIZED_KEYS}${given.has(OPERATOR_KEY) ? "" : " .ssh/authorized_keys"}`,
    "    AuthorizedKeysCommand none",
    "    # Tunnels to what listens on this node, for minicluster and for debugging.",
    "    AllowTcpForwarding local",
    `    PermitOpen ${["localhost", "127.0.0.1", "[::1]", ...own].map((host) => `${host}:*`).join(" ")}`,
    "",
  ].join("\n");
}

function authorizedKeys({ cluster, given }: RenderContext): string {
  const operator = text(given.get(OPERATOR_KEY)?.content);
  const keys = new Map<string, string>();
  const add = (key: string, who: string) => {
    const [type, blob] = key.split(" ");
    // The same key may be the operator's and an admin's.
    if (!keys.has(`${type} ${blob}`)) keys.set(`${type} ${blob}`, `${type} ${blob} ${who}`);
  };
  if (operator !== undefined) add(operator, "deploys");
  for (const { name, sshKeys } of cluster.admins) for (const key of sshKeys) add(key, name);
  return ["# Who may log in: ssh.private_key_file and admins in inventory.yml. A deploy writes it anew.", ...keys.values(), ""].join("\n");
}

function certificateFiles({ cluster, node, given }: RenderContext): Record<string, ContributedFile> {
  const ca = text(given.get(HOST_CA)?.content);
  if (ca === undefined) return {};
  const certificate = given.get(`${node.name}/${CERTIFICATE}`);
  const pinned = given.get(`${node.name}/${PINNED}`);
  const restarts = [CERTIFICATES];
  const known = cluster.nodes.map((each) => ({
    names: hostNames(cluster, each),
    certified: given.has(`${each.name}/${CERTIFICATE}`),
    pinned: text(given.get(`${each.name}/${PINNED}`)?.content),
  }));
  return {
    "/etc/ssh/ssh_known_hosts": { content: knownHostsFile(ca, known) },
    ...(pinned === undefined ? {} : { [`${FOLDER}/${PINNED}`]: { content: pinned.content, restarts } }),
    ...(certificate === undefined ? {} : { [`${FOLDER}/ssh_host_ed25519_key-cert.pub`]: { content: certificate.content, restarts } }),
  };
}

function text(content: Buffer | undefined): string | undefined {
  return content?.toString().trim();
}
