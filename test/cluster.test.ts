import { App, TerraformStack } from "cdktf";
import { CertificateAuthority, ClusterStack, type ClusterStackProps, embeddedServices, type ServiceDefinition } from "../constructs";
import { describedCluster } from "./support/described-cluster";

const inventory = `
domain: infra.example.com
domain_public: example.com
ssh: { private_key_file: /keys/id }
nodes:
  core-1: { addresses: [10.0.0.1], groups: [core] }
  core-2: { addresses: [10.0.0.2], groups: [core] }
  core-3: { addresses: [10.0.0.3], groups: [core] }
  worker-1: { addresses: [10.0.0.9], groups: [ssd] }
  worker-2: { addresses: [10.0.0.10], skip: true }
`;
const services = `
web: { scheduling_group: ssd, num_instances: 1, user: web, service_credentials: [{ name: web }], etcd_prefixes: [/web/] }
`;

// biome-ignore lint/suspicious/noExplicitAny: Terraform's JSON
type Json = Record<string, any>;

function stack(props: Partial<ClusterStackProps> = {}): { json: Json; stack: ClusterStack } {
  const described = describedCluster({ inventory, services });
  const made = new ClusterStack(new App(), "infra-example-com", {
    model: described.cluster,
    placement: described.placement,
    sources: described.sources,
    hostKeys: Object.fromEntries(described.cluster.nodes.map((node) => [node.name, `ecdsa-sha2-nistp256 ${node.name}`])),
    artifacts: [
      {
        name: "coredns",
        version: "1.14.7",
        source: "89abcdef0123",
        path: "/cache/coredns.tar.gz",
        sha256: "cd".repeat(32),
        machine: "x86_64",
      },
      { name: "etcd", version: "3.6.16", source: "0123456789ab", path: "/cache/etcd.tar.gz", sha256: "ab".repeat(32), machine: "x86_64" },
    ],
    founded: true,
    vault: "../vault",
    statePath: "../vault/terraform.tfstate",
    ...props,
  });
  return { json: made.toTerraform() as Json, stack: made };
}

const { json, stack: made } = stack();
/** Resources of a type by the path of their construct. */
const resources = (type: string): Record<string, Json> =>
  Object.fromEntries(
    Object.values(json.resource[type] as Json).map((r) => [r["//"].metadata.path.replace("infra-example-com/cluster/", ""), r]),
  );

test("CA keys cannot be destroyed by a plan, and every key is P-256", () => {
  const keys = resources("tls_private_key");
  for (const [path, key] of Object.entries(keys)) expect([path, key.ecdsa_curve]).toEqual([path, "P256"]);
  const authorities = { ...keys, ...resources("tls_self_signed_cert") };
  const prevented = Object.keys(authorities).filter((path) => authorities[path]?.lifecycle?.prevent_destroy);
  expect(prevented.sort()).toEqual(["pki/etcd-ca/Key", "pki/etcd-ca/Resource", "pki/services-ca/Key", "pki/services-ca/Resource"]);
});

test("leaf certificates last a year and are renewed from 120 days before their end; CAs ten years", () => {
  for (const certificate of Object.values(resources("tls_locally_signed_cert"))) {
    expect(certificate).toMatchObject({ validity_period_hours: 8760, early_renewal_hours: 2880 });
  }
  for (const ca of Object.values(resources("tls_self_signed_cert")))
    expect(ca).toMatchObject({ validity_period_hours: 87600, is_ca_certificate: true });
});

test("a service's credentials are issued where it runs, by the CA that each is for", () => {
  const certificates = resources("tls_locally_signed_cert");
  const ofWeb = Object.keys(certificates).filter((path) => path.includes("web"));
  expect(ofWeb).toEqual([
    "nodes/worker-1/pki/etcd-web/Resource",
    "nodes/worker-1/pki/x509-web-client/Resource",
    "nodes/worker-1/pki/x509-web-server/Resource",
  ]);
  expect(certificates["nodes/worker-1/pki/etcd-web/Resource"]?.ca_cert_pem).toContain("etcd-ca");
  expect(certificates["nodes/worker-1/pki/x509-web-client/Resource"]?.ca_cert_pem).toContain("services-ca");
  const request = resources("tls_cert_request")["nodes/worker-1/pki/x509-web-client/Request"];
  expect(request?.subject).toEqual([{ common_name: "web@worker-1" }]);
  expect(request?.dns_names).toEqual(["web.infra.example.com", "worker-1.web.infra.example.com"]);
});

test("host keys are always checked, and no agent is forwarded where there is a key", () => {
  for (const [path, resource] of Object.entries(resources("null_resource")).filter(([path]) => path.startsWith("nodes/"))) {
    const node = path.split("/")[1];
    expect(resource.connection).toMatchObject({ host_key: `ecdsa-sha2-nistp256 ${node}`, agent: "false", timeout: "30s" });
  }
});

test("core nodes form a chain behind the record; common nodes wait for no node", () => {
  const all = resources("null_resource");
  const dependsOn = (path: string) => ((all[path]?.depends_on ?? []) as string[]).map((name) => name.replace(/^null_resource\./, ""));
  expect(dependsOn("nodes/core-1/activation/Resource")).toEqual(["core-1_credentials", "record"]);
  expect(dependsOn("nodes/core-2/activation/Resource")).toEqual(["core-2_credentials", "record", "core-1_activation"]);
  expect(dependsOn("nodes/core-3/activation/Resource")).toEqual(["core-3_credentials", "record", "core-2_activation"]);
  expect(dependsOn("nodes/worker-1/activation/Resource")).toEqual(["worker-1_credentials", "record"]);
  expect(Object.keys(all).filter((path) => path.includes("worker-2"))).toEqual([]);
  for (const [path, resource] of Object.entries(all)) expect([path, resource.lifecycle?.create_before_destroy]).toEqual([path, true]);
});

test("a node that is skipped keeps its certificates, and nothing is delivered to it", () => {
  expect(Object.keys(resources("tls_locally_signed_cert"))).toContain("nodes/worker-2/pki/x509-node-exporter-server/Resource");
  expect(Object.keys(resources("null_resource")).filter((path) => path.includes("worker-2"))).toEqual([]);
});

test("only the seed of a cluster that was never founded may bootstrap, and no trigger says so", () => {
  const activation = (from: Json, node: string) =>
    Object.values(from.resource.null_resource as Json).find((r) => r["//"].metadata.path.endsWith(`nodes/${node}/activation/Resource`));
  const unfounded = stack({ founded: false }).json;
  for (const node of ["core-1", "core-2", "worker-1"]) {
    expect(activation(unfounded, node)?.triggers).toEqual(activation(json, node)?.triggers);
  }
});

test("what a node is reached by is confirmed by a connection of its own, and nothing else is", () => {
  const activations = (from: Json): [string, Json][] =>
    Object.entries(from.resource.null_resource as Json).filter(([name]) => name.endsWith("_activation"));
  const confirmed = (from: Json) =>
    activations(from).flatMap(([name, { provisioner }]) =>
      (provisioner as Json[]).flatMap((each) => (each["remote-exec"]?.inline ? [[name, each["remote-exec"]]] : [])),
    );
  // Of an unknown node nobody knows what it holds.
  expect(confirmed(json).map(([name]) => name)).toEqual([
    "core-1_activation",
    "core-2_activation",
    "core-3_activation",
    "worker-1_activation",
  ]);
  expect(confirmed(json)[0]?.[1]).toMatchObject({
    inline: [
      expect.anything(),
      expect.stringMatching(/^as_root \/usr\/local\/lib\/minicluster\/minicluster-activate --confirm [0-9a-f]{64}$/),
    ],
    connection: { host_key: "ecdsa-sha2-nistp256 core-1", timeout: "3m" },
  });
  const delivered = (change: Record<string, string>) =>
    Object.fromEntries(activations(json).map(([name, { triggers }]) => [name.replace("_activation", ""), { ...triggers, ...change }]));
  const names = (change: Record<string, string>) => confirmed(stack({ delivered: delivered(change) }).json).map(([name]) => name);
  expect([names({}), names({ "/etc/minicluster/services.json": "other" })]).toEqual([[], []]);
  for (const key of ["/etc/hosts", "/etc/minicluster/firewall/ssh.nft", "confirm", "redeliver"])
    expect(names({ [key]: "other" })).toHaveLength(4);
});

test("a common node that is new waits for the doors of the core nodes, one that is known for no node", () => {
  const services = Object.fromEntries(
    Object.entries(describedCluster({ inventory, services: "" }).placement.hosts).map(([name, hosts]) => [name, { group: "all", hosts }]),
  );
  const dependsOn = (nodes: string[]) =>
    stack({ record: { version: 1, nodes, services } }).json.resource.null_resource["worker-1_activation"].depends_on;
  expect(dependsOn(["core-1", "core-2", "core-3"])).toEqual([
    "null_resource.worker-1_credentials",
    "null_resource.record",
    "null_resource.core-3_activation",
  ]);
  expect(dependsOn(["core-1", "core-2", "core-3", "worker-1"])).toEqual(["null_resource.worker-1_credentials", "null_resource.record"]);
});

test("the JSON holds no payload and no key, and the record has a trigger for each service", () => {
  const text = JSON.stringify(json);
  expect(text).not.toMatch(/PRIVATE KEY/);
  expect(text).not.toContain("ETCD_HEARTBEAT_INTERVAL");
  expect(resources("null_resource")["record/Resource"]?.triggers).toMatchObject({ web: "worker-1", etcd: "core-1 core-2 core-3" });
});

test("a secret is read by Terraform, into the upload alone; its trigger cannot be guessed back", () => {
  const web: ServiceDefinition = {
    name: "web",
    attributes: {},
    render: () => ({ secrets: [{ name: "smtp", path: "/etc/credentials/secrets/web/smtp", owner: "web" }] }),
  };
  const described = stack({ definitions: [...embeddedServices, web] });
  const all = described.json.resource.null_resource as Json;
  const using = Object.entries(all).filter(([, resource]) => JSON.stringify(resource).includes("secrets/smtp"));
  expect(using.map(([name]) => name)).toEqual(["worker-1_credentials", "worker-1_activation"]);
  const [upload] = all["worker-1_credentials"].provisioner as Json[];
  expect(upload?.file.content).toContain(
    '"@@ /etc/credentials/secrets/web/smtp\\n", join("", [trimspace(file("../vault/secrets/smtp")), "\\n"])',
  );
  for (const [, resource] of using) {
    expect(resource.triggers["/etc/credentials/secrets/web/smtp"]).toBe(
      '${nonsensitive(sha256(join("", [tls_private_key.pki_services-ca_Key.private_key_pem, trimspace(file("../vault/secrets/smtp"))])))}',
    );
  }
});

test("resources are named for those who read plans", () => {
  const names = Object.entries(json.resource as Json).flatMap(([type, each]) => Object.keys(each).map((name) => `${type}.${name}`));
  expect(names).toEqual(
    expect.arrayContaining([
      "null_resource.record",
      "null_resource.founded",
      "null_resource.core-1_prepare",
      "null_resource.worker-1_activation",
      "tls_locally_signed_cert.worker-1_pki_x509-web-client",
      "tls_private_key.pki_services-ca_Key",
      "local_sensitive_file.pki_ca-certificate",
    ]),
  );
});

test("static discovery for other constructs", () => {
  const { cluster } = made;
  expect(cluster.hostsOf("web").map((node) => node.name)).toEqual(["worker-1"]);
  expect(cluster.hostsIn("core").map((node) => node.name)).toEqual(["core-1", "core-2", "core-3"]);
  expect(() => cluster.hostsOf("wbe")).toThrow("no service is named wbe");
  expect(cluster.host("worker-1").userData).toMatch(/^#cloud-config\n/);
});

test("a CA of another stack can issue", () => {
  const authority = CertificateAuthority.fromAttributes({ certPem: "CERT", privateKeyPem: "KEY" });
  const other = stack({ authority }).json;
  expect(Object.values(other.resource.tls_self_signed_cert as Json).map((r) => r["//"].metadata.path)).toEqual([
    "infra-example-com/cluster/pki/etcd-ca/Resource",
  ]);
  expect(made.cluster.authority).toBeInstanceOf(CertificateAuthority);
  expect(TerraformStack.of(made.cluster)).toBe(made);
});
