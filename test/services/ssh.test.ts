import { renderNode } from "../../constructs/payload/render";
import { withHostKeys, withOperatorKey } from "../../edge/given";
import type { HostCertificates } from "../../edge/host-certificates";
import { describedCluster, nodeNamed } from "../support/described-cluster";

/** What the schema takes for a public key. */
const key = (name: string) => `ssh-ed25519 ${name.padEnd(68, "A")}`;
const [ADA_1, ADA_2, BOB] = [key("AAAAada1"), key("AAAAada2"), key("AAAAbob")];
const FOLDER = "/etc/minicluster/ssh";
const LOGINS = "/etc/ssh/sshd_config.d/00-minicluster-logins.conf";

const inventory = (ssh: string) => `domain: infra.example.com
domain_public: example.com
ssh: { private_key_file: /nowhere, ${ssh} }
admins:
  - { name: ada, ssh_keys: ["${ADA_1} ada@home", "${ADA_2}"] }
  - { name: bob, ssh_keys: ["${BOB}"] }
nodes:
  core-1: { addresses: [10.0.0.1, "fd00::1"], groups: [core] }
  worker-1: { addresses: [10.0.0.9] }
  worker-2: { addresses: [10.0.0.10] }
`;

const certificate = (key: string) => ({ key, principals: [], validUntil: "2031-11-25", certificate: `ssh-ed25519-cert of ${key}` });
const CERTIFICATES: HostCertificates = {
  authority: "ssh-ed25519 CA",
  nodes: { "core-1": certificate("ssh-ed25519 C1"), "worker-1": certificate("ssh-ed25519 W1") },
};
const KNOWN_HOSTS = "10.0.0.1 ecdsa-sha2-nistp256 C1\n10.0.0.1 ssh-ed25519 C1\n10.0.0.9 ssh-ed25519 W1\n10.0.0.10 ssh-rsa W2\n";

/** Path -> content of the files that a node gets from this service. */
function files(node: string, ssh = "user: root", certificates: HostCertificates | undefined = CERTIFICATES) {
  const cluster = describedCluster({ inventory: inventory(ssh), services: "" });
  const given = withHostKeys(withOperatorKey(cluster.sources, cluster.cluster), cluster.cluster, KNOWN_HOSTS, certificates);
  const { files } = renderNode({ ...cluster, sources: given }, nodeNamed(cluster.cluster, node));
  return Object.fromEntries(Object.entries(files).map(([path, file]) => [path, file.content.toString()]));
}

test("the deploy's key and those of admins may log in, each once", () => {
  expect(files("worker-1", `public_key: "${ADA_2} deploy"`)[`${FOLDER}/authorized_keys`]?.split("\n").slice(1)).toEqual([
    `${ADA_2} deploys`,
    `${ADA_1} ada`,
    `${BOB} bob`,
    "",
  ]);
});

test("where the deploy's key is not known, what lets it in counts too", () => {
  expect(files("worker-1")[LOGINS]).toContain(`AuthorizedKeysFile ${FOLDER}/authorized_keys .ssh/authorized_keys\n`);
  expect(files("worker-1", `public_key: "${ADA_2}"`)[LOGINS]).toContain(`AuthorizedKeysFile ${FOLDER}/authorized_keys\n`);
});

test("root may log in only where it is the user of deploys", () => {
  expect(files("worker-1")[LOGINS]).toMatch(/^PermitRootLogin prohibit-password\n\nMatch User root\n/);
  expect(files("worker-1", "user: ops")[LOGINS]).toMatch(/^PermitRootLogin no\n\nMatch User ops\n/);
});

test("every node knows the CA for those that have a certificate, and the keys of the others", () => {
  expect(files("worker-2")["/etc/ssh/ssh_known_hosts"]?.split("\n").slice(1)).toEqual([
    "@cert-authority core-1,core-1.infra.example.com,10.0.0.1,fd00::1 ssh-ed25519 CA",
    "worker-1,worker-1.infra.example.com,10.0.0.9 ssh-ed25519 W1",
    "worker-2,worker-2.infra.example.com,10.0.0.10 ssh-rsa W2",
    "",
  ]);
  expect(files("core-1", "port: 2222", { ...CERTIFICATES, nodes: {} })["/etc/ssh/ssh_known_hosts"]).not.toContain("@cert-authority");
});

test("a certificate goes only where Terraform pins a key of another kind", () => {
  expect(files("core-1")).toMatchObject({
    [`${FOLDER}/ssh_host_ed25519_key-cert.pub`]: "ssh-ed25519-cert of ssh-ed25519 C1\n",
    [`${FOLDER}/pinned.pub`]: "ecdsa-sha2-nistp256 C1\n",
  });
  expect(files("worker-1")).not.toHaveProperty([`${FOLDER}/ssh_host_ed25519_key-cert.pub`]);
});

test("before the first deploy nothing is certified", () => {
  const cluster = describedCluster({ inventory: inventory("user: root"), services: "" });
  expect(Object.keys(cluster.payload("core-1").files)).not.toContain("/etc/ssh/ssh_known_hosts");
});

test("what anybody brings for sshd has it read at once", () => {
  const path = "/etc/ssh/sshd_config.d/50-mine.conf";
  const texts = { services: "hardening: { files: hardening }\n", files: { [`hardening${path}`]: "MaxSessions 3\n" } };
  const cluster = describedCluster({ inventory: inventory("user: root"), ...texts });
  expect(cluster.payload("worker-1").files[path]).toMatchObject({ mode: "0644", reloads: ["ssh.service"], restarts: [] });
});
