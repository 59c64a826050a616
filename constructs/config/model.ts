/**
 * What the two YAML files say, checked, with every default filled in.
 * Frozen, and sorted by name: the order of the input never matters below this line.
 */
export interface ClusterModel {
  /** Names inside the cluster end in this, e.g. `infra.example.com`. */
  readonly domain: string;
  /** Names that users see; the first is the primary one. */
  readonly domainPublic: readonly string[];
  /** Absolute path of the vault. */
  readonly privateDir: string;
  readonly ssh: SshModel;
  readonly admins: readonly AdminModel[];
  readonly logs: LogsModel;
  readonly metrics: MetricsModel;
  /** Who hears of alerts, sorted by name. */
  readonly receivers: readonly ReceiverModel[];
  /** Sorted by name. */
  readonly nodes: readonly NodeModel[];
  /** Embedded services and the user's own, sorted by name. */
  readonly services: readonly ServiceModel[];
}

/** How the operator's machine reaches the nodes. */
export interface SshModel {
  readonly user: string;
  readonly port: number;
  /** Absolute path; without it the agent is used. */
  readonly privateKeyFile?: string;
  /** The public half of the deploy's key, where no file says it. */
  readonly publicKey?: string;
  /** Absolute path. */
  readonly knownHostsFile: string;
  /** Addresses and networks from which nodes take SSH; without it from everywhere. Sorted. */
  readonly allowFrom?: readonly string[];
}

/** How much of the logs is kept, and waits. */
export interface LogsModel {
  readonly keepDays: number;
  /** On the collector. */
  readonly keepBytes: number;
  /** On each node, while the collector is away. */
  readonly queueBytes: number;
}

export interface AdminModel {
  readonly name: string;
  /** Public keys, one line each. */
  readonly sshKeys: readonly string[];
}

/** How long Prometheus keeps what it has measured: what comes first counts. */
export interface MetricsModel {
  readonly keepDays: number;
  readonly keepBytes: number;
}

export type Severity = "critical" | "warning" | "deadman";

/** The name of a file in `private_dir/secrets/`. */
export interface SecretName {
  readonly secret: string;
}

export interface EmailModel {
  readonly to: readonly string[];
  readonly from: string;
  /** host:port */
  readonly smarthost: string;
  readonly username?: string;
  readonly password?: SecretName;
  readonly requireTls: boolean;
}

export interface WebhookModel {
  readonly url: string | SecretName;
  readonly bearerToken?: SecretName;
  /** The CA that vouches for the server; without it those of the system. */
  readonly ca?: SecretName;
}

export interface ReceiverModel {
  readonly name: string;
  /** Sorted. */
  readonly severities: readonly Severity[];
  readonly email?: EmailModel;
  readonly webhook?: WebhookModel;
}

export interface NodeModel {
  readonly name: string;
  /** The first is the one at which the cluster talks to the node. */
  readonly addresses: readonly [string, ...string[]];
  /** Where the operator's SSH goes: `ssh_address`, by default the first address. */
  readonly sshAddress: string;
  /** Sorted. Never holds `all`, which every node is in. */
  readonly groups: readonly string[];
  /** Hosts no service with a limited number of instances. */
  readonly drain: boolean;
  /** Known to be down: nothing is delivered; placement and certificates are kept. */
  readonly skip: boolean;
}

export type CertificateMode = "client" | "server" | "both";

export interface CredentialModel {
  /** The directory below /etc/credentials/x509. */
  readonly name: string;
  readonly enableClient: boolean;
  readonly clientCertMode: CertificateMode;
  readonly enableServer: boolean;
  readonly serverCertMode: CertificateMode;
  /** Without the domain, which is appended. */
  readonly extraSan: readonly string[];
}

export type DiscoveryType = "static" | "dynamic";
export type Scheme = "http" | "https";

export interface MonitoringEndpointModel {
  readonly jobName: string;
  readonly type: DiscoveryType;
  readonly port: number;
  readonly scheme: Scheme;
}

export interface PublicEndpointModel {
  /** The label before each public domain. */
  readonly name: string;
  readonly type: DiscoveryType;
  readonly port: number;
  readonly scheme: Scheme;
}

export interface ContainerModel {
  readonly name: string;
  readonly image: string;
  readonly port?: number;
  readonly dockerOptions: string;
  readonly args: string;
  /** source path -> target path */
  readonly volumes: Readonly<Record<string, string>>;
}

/** Who may reach a port: the cluster's nodes, anyone at all, or the nodes that run one of these services. */
export type Peers = "all" | "everywhere" | readonly string[];

/** A file of `cluster/files/<service>/`, laid over `/`. */
export interface ServiceFileModel {
  /** Absolute path on the node. */
  readonly path: string;
  readonly content: Buffer;
  readonly executable: boolean;
}

/** Rules for Prometheus that a service brings along, as they lie in the configuration folder. */
export interface AlertFileModel {
  /** Relative to the configuration folder. */
  readonly file: string;
  readonly content: Buffer;
}

export interface ServiceModel {
  readonly name: string;
  /** Ships with minicluster; false for the user's own. */
  readonly embedded: boolean;
  /** Hosts are selected from this group; `all` is every node. */
  readonly schedulingGroup: string;
  readonly numInstances: number | "all";
  /** May its instances move onto nodes that were added? */
  readonly rebalance: boolean;
  readonly credentials: readonly CredentialModel[];
  readonly monitoringEndpoints: readonly MonitoringEndpointModel[];
  readonly alerts?: AlertFileModel;
  readonly publicEndpoints: readonly PublicEndpointModel[];
  readonly containers: readonly ContainerModel[];
  /** Owner of its keys and, by its units, of its processes. */
  readonly user: string;
  /** Debian packages. */
  readonly packages: readonly string[];
  readonly files: readonly ServiceFileModel[];
  /** Unit names with their suffix, e.g. `web.service`; these run wherever the service does. */
  readonly systemdServices: readonly string[];
  /** Variables for its units. */
  readonly environment: Readonly<Record<string, string>>;
  /** As they are written: the first is the one that others are told. */
  readonly ports: readonly number[];
  /** Port -> who may reach it. Of monitoring endpoints only where it is said: Prometheus may by itself. */
  readonly allowFrom: Readonly<Record<number, Peers>>;
  /** Key prefixes in etcd that it may read and write, as they are written: names are below the first. None: no access to etcd. */
  readonly etcdPrefixes: readonly string[];
}

/** A user's mistake, with its place. */
export interface Problem {
  /** Relative to the configuration folder, e.g. `services.yml`. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Path inside the document, e.g. `web.num_instances`. */
  readonly path: string;
  /** What is there, and what to do. */
  readonly message: string;
}

/** Where the YAML files name a secret. */
export interface SecretReference extends Omit<Problem, "message"> {
  /** Of the file in `private_dir/secrets/`. */
  readonly name: string;
}

/** A doubt that does not stop a deploy. The id is stable, for scripts. */
export interface Warning {
  readonly id: string;
  readonly message: string;
}

/** Ports that a service listens on where it runs: two services with one in common cannot share a node. */
export function listeningPorts(service: ServiceModel): number[] {
  const ports = new Set<number>(service.ports);
  for (const endpoint of service.monitoringEndpoints) ports.add(endpoint.port);
  for (const endpoint of service.publicEndpoints) ports.add(endpoint.port);
  for (const container of service.containers) if (container.port !== undefined) ports.add(container.port);
  return [...ports].sort((a, b) => a - b);
}

/** The port at which a service is found by its name: of those it listens on the first that it declares; none for one without. */
export function announcedPort(service: ServiceModel): number | undefined {
  return service.ports[0] ?? service.monitoringEndpoints[0]?.port ?? service.publicEndpoints[0]?.port;
}

/** Does the service keep data on its nodes, so that it must never move silently? */
export function hasVolumes(service: ServiceModel): boolean {
  return service.containers.some((container) => Object.keys(container.volumes).length > 0);
}

/** Nodes that the scheduling group of a service selects, drained ones included. */
export function nodesOfGroup(nodes: readonly NodeModel[], group: string): NodeModel[] {
  return group === "all" ? [...nodes] : nodes.filter((node) => node.groups.includes(group));
}
