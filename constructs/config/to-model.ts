import { posix } from "node:path";
import { instancesOf } from "./cross-checks/instances";
import type { InventoryDraft, NodeDraft, ServiceDraft } from "./drafts";
import type { ClusterModel, ContainerModel, CredentialModel, NodeModel, Peers, ServiceModel, SshModel } from "./model";
import { compareText } from "./problem";
import { receiverModel } from "./receiver-model";
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
  const { domain, domain_public: domainPublic, private_dir: vault, ssh, admins, logs, metrics, alerts } = inventory.attributes;
  if (!domain || !domainPublic || !vault || !ssh || !logs || !metrics) {
    throw new Error("a model is made of a checked inventory only");
  }
  const privateDir = localPath(vault, places);
  return {
    domain,
    domainPublic: [...new Set([domainPublic].flat())],
    privateDir,
    ssh: sshModel(ssh, privateDir, places),
    admins: (admins ?? []).map((admin) => ({ name: admin.name, sshKeys: sortedSet(admin.ssh_keys) })).sort(byName),
    logs: { keepDays: logs.keep_days, keepBytes: logs.keep_bytes, queueBytes: logs.queue_bytes },
    metrics: { keepDays: metrics.keep_days, keepBytes: metrics.keep_bytes },
    receivers: (alerts?.receivers ?? []).map(receiverModel).sort(byName),
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
    ...(ssh.allow_from === undefined ? {} : { allowFrom: sortedSet(ssh.allow_from) }),
    ...(ssh.public_key === undefined ? {} : { publicKey: ssh.public_key }),
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
    ...alertsOf(attributes.alerts, sources),
    publicEndpoints: attributes.public_endpoints.map(({ name, type, port, scheme }) => ({ name, type, port, scheme })).sort(byName),
    containers: attributes.containers.map(containerModel).sort(byName),
    user: attributes.user,
    packages: sortedSet(attributes.packages),
    files: attributes.files === undefined ? [] : filesOfFolder(sources, attributes.files),
    systemdServices: sortedSet(attributes.systemd_services),
    environment: sortedRecord(Object.entries(attributes.environment).map(([key, value]) => [key, String(value)])),
    ports: [...new Set(attributes.ports)],
    allowFrom: allowFromOf(attributes),
    etcdPrefixes: [...new Set(attributes.etcd_prefixes)],
  };
}

/** Who may reach each port that it opens to others; what is for Prometheus alone is not among them unless it is named. */
function allowFromOf({ allow_from: said, ports, containers, public_endpoints: endpoints }: ParsedService): Record<number, Peers> {
  const sorted = (peers: Peers): Peers => (typeof peers === "string" ? peers : sortedSet(peers));
  const open = [...ports, ...endpoints.map(({ port }) => port), ...containers.flatMap(({ port }) => port ?? [])];
  if (typeof said === "string" || Array.isArray(said)) return Object.fromEntries(open.map((port) => [port, sorted(said)]));
  const named = Object.entries(said).map(([port, peers]) => [port, sorted(peers)]);
  return { ...Object.fromEntries(open.map((port) => [port, "all"])), ...Object.fromEntries(named) };
}

function alertsOf(file: string | undefined, sources: Sources): Pick<ServiceModel, "alerts"> {
  const content = file === undefined ? undefined : sources.get(`config/${file}`)?.content;
  return file === undefined || content === undefined ? {} : { alerts: { file, content } };
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
