import { posix } from "node:path";
import { instancesOf } from "./cross-checks/instances";
import type { InventoryDraft, NodeDraft, ServiceDraft } from "./drafts";
import type { ClusterModel, ContainerModel, CredentialModel, NodeModel, ServiceModel, SshModel } from "./model";
import { compareText } from "./problem";
import { filesOfFolder } from "./service-files";
import type { ParsedService } from "./services-schema";
import type { Sources } from "./sources";

export interface Places {
  /** Absolute path of the configuration folder. */
  readonly directory: string;
  /** Absolute path that `~/` stands for. */
  readonly home: string;
}

/** The model of drafts that every check has passed. */
export function toModel(inventory: InventoryDraft, services: readonly ServiceDraft[], sources: Sources, places: Places): ClusterModel {
  const { domain, domain_public: domainPublic, private_dir: vault, ssh, admins } = inventory.attributes;
  if (domain === undefined || domainPublic === undefined || vault === undefined || ssh === undefined) {
    throw new Error("a model is made of a checked inventory only");
  }
  const privateDir = localPath(vault, places);
  return {
    domain,
    domainPublic: [...new Set([domainPublic].flat())],
    privateDir,
    ssh: sshModel(ssh, privateDir, places),
    admins: (admins ?? []).map((admin) => ({ name: admin.name, sshKeys: sortedSet(admin.ssh_keys) })).sort(byName),
    nodes: inventory.nodes.map(nodeModel).sort(byName),
    services: services.map((service) => serviceModel(service, inventory, sources)).sort(byName),
  };
}

/** `~/` is the home, a relative path starts at the configuration folder. */
export function localPath(path: string, places: Places): string {
  if (path === "~" || path.startsWith("~/")) return posix.join(places.home, path.slice(1));
  return posix.resolve(places.directory, path);
}

type ParsedSsh = NonNullable<InventoryDraft["attributes"]["ssh"]>;

function sshModel(ssh: ParsedSsh, privateDir: string, places: Places): SshModel {
  return {
    user: ssh.user,
    port: ssh.port,
    ...(ssh.private_key_file === undefined ? {} : { privateKeyFile: localPath(ssh.private_key_file, places) }),
    knownHostsFile: ssh.known_hosts_file === undefined ? posix.join(privateDir, "known_hosts") : localPath(ssh.known_hosts_file, places),
  };
}

function nodeModel({ name, attributes }: NodeDraft): NodeModel {
  const [first, ...more] = attributes.addresses ?? [];
  if (first === undefined) throw new Error("a model is made of a checked inventory only");
  return {
    name,
    addresses: [first, ...more],
    sshAddress: attributes.ssh_address ?? first,
    groups: sortedSet(attributes.groups ?? []),
    drain: attributes.drain ?? false,
    skip: attributes.skip ?? false,
  };
}

function serviceModel(draft: ServiceDraft, inventory: InventoryDraft, sources: Sources): ServiceModel {
  const { attributes } = draft;
  return {
    name: draft.name,
    embedded: draft.embedded,
    schedulingGroup: attributes.scheduling_group,
    numInstances: instancesOf(inventory, draft),
    rebalance: attributes.rebalance,
    credentials: attributes.service_credentials.map(credentialModel).sort(byName),
    monitoringEndpoints: attributes.monitoring_endpoints
      .map(({ job_name: jobName, type, port, scheme }) => ({ jobName: jobName ?? draft.name, type, port, scheme }))
      .sort((a, b) => compareText(a.jobName, b.jobName) || a.port - b.port || compareText(a.type + a.scheme, b.type + b.scheme)),
    publicEndpoints: attributes.public_endpoints.map(({ name, type, port, scheme }) => ({ name, type, port, scheme })).sort(byName),
    containers: attributes.containers.map(containerModel).sort(byName),
    user: attributes.user,
    packages: sortedSet(attributes.packages),
    files: attributes.files === undefined ? [] : filesOfFolder(sources, attributes.files),
    systemdServices: sortedSet(attributes.systemd_services),
    environment: sortedRecord(Object.entries(attributes.environment).map(([key, value]) => [key, String(value)])),
    ports: [...new Set(attributes.ports)],
    etcdPrefixes: sortedSet(attributes.etcd_prefixes),
  };
}

function credentialModel(credential: ParsedService["service_credentials"][number]): CredentialModel {
  return {
    name: credential.name,
    enableClient: credential.enable_client,
    clientCertMode: credential.client_cert_mode,
    enableServer: credential.enable_server,
    serverCertMode: credential.server_cert_mode,
    extraSan: sortedSet(credential.extra_san),
  };
}

function containerModel(container: ParsedService["containers"][number]): ContainerModel {
  return {
    name: container.name,
    image: container.image,
    ...(container.port === undefined ? {} : { port: container.port }),
    dockerOptions: container.docker_options,
    args: container.args,
    volumes: sortedRecord(Object.entries(container.volumes)),
  };
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return compareText(a.name, b.name);
}

function sortedSet(values: readonly string[]): string[] {
  return [...new Set(values)].sort(compareText);
}

function sortedRecord(entries: [string, string][]): Record<string, string> {
  return Object.fromEntries(entries.sort(([a], [b]) => compareText(a, b)));
}
