import type { ClusterModel, NodeModel, ServiceAttributes, ServiceModel, SourceFile, Warning } from "../config";
import type { CredentialSpec, HealthCheck, SecretSpec, Verification } from "../payload/payload";
import type { Placement } from "../scheduler/placement";
import type { EtcdClient } from "./etcd-users";

/**
 * A service: what it is (the same attributes as in services.yml) and, where YAML cannot say it, what it puts on a node.
 * Pure: no clock, no disk, no environment.
 */
export interface ServiceDefinition {
  readonly name: string;
  readonly attributes: ServiceAttributes;
  /** Attributes that services.yml cannot adjust, since the definition relies on them. @default - none */
  readonly fixed?: readonly (keyof ServiceAttributes)[];
  /**
   * Units of its packages that must not run beside it: masked before the packages are installed. A machine that has them
   * already keeps what it has. @default - none
   */
  readonly masked?: readonly string[];
  /** Called once for each node that the service is placed on. @default - what the attributes say, nothing more */
  render?(context: RenderContext): Contribution;
  /** Doubts about what the description says of it, or leaves out. @default - none */
  warnings?(cluster: ClusterModel): Warning[];
}

/** What a definition can see: everything above the payload, nothing below. */
export interface RenderContext {
  readonly cluster: ClusterModel;
  readonly placement: Placement;
  /** The node to render for. */
  readonly node: NodeModel;
  readonly service: ServiceModel;
  /** The service's folder of `cloud-init/`: absolute path on a node -> file. */
  readonly files: ReadonlyMap<string, SourceFile>;
  /** What the edge found for it beside the configuration, public keys for instance: name -> file. */
  readonly given: ReadonlyMap<string, SourceFile>;
  /** name -> what was built for it. */
  readonly artifacts: Readonly<Record<string, ArtifactVersion>>;
  /** Nodes that run a service, sorted by name. Static discovery. */
  nodesOf(service: string): NodeModel[];
  /**
   * Every other service that may use etcd, on every node, sorted by service, then node. It renders them all: for one
   * service alone to ask.
   */
  clientsOfEtcd(): readonly EtcdClient[];
}

/** A program that Debian lacks, as it lies on nodes: one folder per version. */
export interface ArtifactVersion {
  readonly name: string;
  readonly version: string;
  /** 12 hex digits over what it is built from: the same on every operator's machine. */
  readonly source: string;
}

export interface ContributedFile {
  readonly content: string | Buffer;
  /** @default "0644" */
  readonly mode?: string;
  /** @default "root" */
  readonly owner?: string;
  /** @default - the owner */
  readonly group?: string;
  /** Units to restart when it changes. @default - none */
  readonly restarts?: readonly string[];
  /** Units to reload when it changes. @default - none */
  readonly reloads?: readonly string[];
  /** The node is reached by it: a change of it stays only if a new connection confirms it. @default false */
  readonly confirm?: boolean;
}

/** What a service adds to one node, besides what its attributes say. */
export interface Contribution {
  /** Absolute path -> file. */
  readonly files?: Readonly<Record<string, ContributedFile>>;
  /** Asked before any unit sees the new files. @default - nothing is asked */
  readonly verify?: readonly Verification[];
  readonly health?: readonly HealthCheck[];
  readonly credentials?: readonly CredentialSpec[];
  readonly secrets?: readonly SecretSpec[];
  readonly artifacts?: readonly string[];
  /** What its user `<service>@<host>` may do in etcd, besides its `etcd_prefixes`; gives it a credential for etcd. @default - nothing */
  readonly etcdAccess?: EtcdAccess;
  /** What a renewed credential of the service restarts. @default - its units */
  readonly credentialRestarts?: readonly string[];
}

/** Rights in etcd, by exact key or by prefix. A prefix ends in `/`. */
export interface EtcdAccess {
  /** Keys that it may read and write. */
  readonly keys?: readonly string[];
  /** Prefixes below which it may read. */
  readonly read?: readonly string[];
  /** Prefixes below which it may read and write. */
  readonly readWrite?: readonly string[];
}
