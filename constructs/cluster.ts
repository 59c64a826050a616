import { join } from "node:path";
import { SensitiveFile } from "@cdktf/provider-local/lib/sensitive-file";
import { Construct } from "constructs";
import type { ClusterModel, NodeModel, Sources } from "./config";
import type { Artifact } from "./node/artifact";
import { CommonNode, type INode } from "./node/common-node";
import { CoreNode } from "./node/core-node";
import { coreChain } from "./node/rollout";
import { VaultFile } from "./node/vault-file";
import { RECORD_REDELIVERY } from "./node/vault-layout";
import { sha256 } from "./payload/manifest";
import { type RenderInput, renderNode } from "./payload/render";
import { Certificate } from "./pki/certificate";
import { CertificateAuthority, type ICertificateAuthority } from "./pki/certificate-authority";
import { formatRecord, type Placement, type PlacementRecord, recordOf } from "./scheduler";
import type { ServiceDefinition } from "./services/definition";
import { embeddedServices } from "./services/registry";

export interface ClusterProps {
  readonly model: ClusterModel;
  readonly placement: Placement;
  readonly sources: Sources;
  /** What the last deploy left. @default - this is the first */
  readonly record?: PlacementRecord;
  /** node -> pinned host key. Every node that is not skipped needs one. */
  readonly hostKeys: Readonly<Record<string, string>>;
  readonly artifacts: readonly Artifact[];
  /** Has a deploy founded this cluster before? Only one that has not may bootstrap etcd. */
  readonly founded: boolean;
  /** The vault as seen from the stack's folder. @default - its absolute path */
  readonly vault?: string;
  /** node, or RECORD_REDELIVERY -> how often it was asked to be delivered anew. @default - never */
  readonly redeliveries?: Readonly<Record<string, number>>;
  /** node -> triggers of the activation that it took last, from the state. @default - unknown */
  readonly delivered?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Services that the model may name. @default embeddedServices */
  readonly definitions?: readonly ServiceDefinition[];
  /** Issuer for services. @default - a new CA */
  readonly authority?: ICertificateAuthority;
  /** Issuer for what may talk to etcd. @default - a new CA */
  readonly etcdAuthority?: ICertificateAuthority;
}

/** A cluster: its CAs, its nodes, the record of what runs where. */
export class Cluster extends Construct {
  readonly authority: ICertificateAuthority;
  readonly etcdAuthority: ICertificateAuthority;
  private readonly byName = new Map<string, INode>();
  private readonly renderInput: RenderInput;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: ClusterProps,
  ) {
    super(scope, id);
    const { model } = props;
    const pki = new Construct(this, "pki");
    const organization = model.domain;
    this.authority =
      props.authority ?? new CertificateAuthority(pki, "services-ca", { commonName: "minicluster services CA", organization });
    this.etcdAuthority =
      props.etcdAuthority ?? new CertificateAuthority(pki, "etcd-ca", { commonName: "minicluster etcd CA", organization });
    this.giveOperatorCredentials(pki);
    this.renderInput = {
      cluster: model,
      placement: props.placement,
      sources: props.sources,
      definitions: props.definitions ?? embeddedServices,
      artifacts: Object.fromEntries(props.artifacts.map((artifact) => [artifact.name, artifact])),
    };

    const record = this.writeRecord();
    this.addNodes(record);
  }

  /** Nodes that run a service, sorted by name. Static discovery, for other constructs. */
  hostsOf(service: string): NodeModel[] {
    const names = this.props.placement.hosts[service];
    if (names === undefined) throw new Error(`no service is named ${service}`);
    return this.props.model.nodes.filter((node) => names.includes(node.name));
  }

  /** Nodes of a scheduling group, sorted by name. */
  hostsIn(group: string): NodeModel[] {
    return this.props.model.nodes.filter((node) => group === "all" || node.groups.includes(group));
  }

  /** A node by its name. (Not `node`: every construct has a property of that name.) */
  host(name: string): INode {
    const node = this.byName.get(name);
    if (node === undefined) throw new Error(`no node is named ${name}`);
    return node;
  }

  private get vault(): string {
    return this.props.vault ?? this.props.model.privateDir;
  }

  /** Before any activation: what a deploy that fails has begun must be what the next one starts from. */
  private writeRecord(): VaultFile {
    const { model, placement } = this.props;
    const record = recordOf(model, placement);
    return new VaultFile(this, "record", {
      vault: this.vault,
      name: "placement.json",
      content: formatRecord(record),
      triggers: {
        ...Object.fromEntries(Object.entries(placement.hosts).map(([service, names]) => [service, names.join(" ")])),
        "(nodes)": record.nodes.join(" "),
        // Limits, groups and drains are recorded too.
        "(redeliver)": String(this.props.redeliveries?.[RECORD_REDELIVERY] ?? 0),
        "(record)": sha256(formatRecord(record)).slice(0, 12),
      },
      // With the CA in the state: a record without a state then always means that the state was lost.
      dependsOn: [this.authority, this.etcdAuthority].flatMap((each) => (each instanceof CertificateAuthority ? [each.resource] : [])),
    });
  }

  private addNodes(record: VaultFile): void {
    const { model, founded } = this.props;
    const scope = new Construct(this, "nodes");
    const chain = coreChain(model, this.props.record);
    const names = chain.map((node) => node.name);
    // One that is skipped must not be waited for as the last, which takes away what is stale.
    const delivered = chain.filter((node) => !node.skip).map((node) => node.name);
    let previous: CoreNode | undefined;
    for (const node of chain) {
      const isSeed = previous === undefined;
      previous = new CoreNode(scope, node.name, {
        ...this.nodeProps(node),
        chain: delivered,
        previous,
        bootstrap: isSeed && !founded,
        dependsOn: [record.resource],
      });
      this.byName.set(node.name, previous);
      if (isSeed) this.markFounded(previous);
    }
    for (const node of model.nodes.filter((each) => !names.includes(each.name))) {
      // A new one needs the core nodes' doors open from its first moment; those that are known wait for no other node.
      const isNew = this.props.record !== undefined && !this.props.record.nodes.includes(node.name);
      const doors = isNew ? (previous?.delivered ?? []) : [];
      this.byName.set(node.name, new CommonNode(scope, node.name, { ...this.nodeProps(node), dependsOn: [record.resource, ...doors] }));
    }
  }

  private nodeProps(node: NodeModel) {
    const { hostKeys, artifacts, redeliveries } = this.props;
    const { cluster, sources, definitions } = this.renderInput;
    return {
      cluster,
      node,
      sources,
      definitions,
      artifacts,
      vault: this.vault,
      payload: renderNode(this.renderInput, node),
      hostKey: hostKeys[node.name],
      redeliver: redeliveries?.[node.name] ?? 0,
      delivered: this.props.delivered?.[node.name],
      authorities: { services: this.authority, etcd: this.etcdAuthority },
    };
  }

  /** Once, after the seed's success: from then on nothing bootstraps. */
  private markFounded(seed: CoreNode): void {
    new VaultFile(this, "founded", {
      vault: this.vault,
      name: "founded",
      content: "This cluster was founded. Without this file, a deploy would be allowed to found it again.\n",
      triggers: { domain: this.props.model.domain },
      dependsOn: seed.delivered,
    });
  }

  /** What the operator's own machine needs to talk to services. */
  private giveOperatorCredentials(scope: Construct): void {
    const { model } = this.props;
    const operator = new Certificate(scope, "operator", {
      issuer: this.authority,
      spec: {
        directory: "operator",
        issuer: "services",
        commonName: `operator@${model.domain}`.slice(0, 64),
        dnsNames: [`operator.${model.domain}`],
        ipAddresses: [],
        uses: ["client_auth"],
        owner: "root",
        restarts: [],
        reloads: [],
      },
    });
    const file = (name: string, path: string, content: string) =>
      new SensitiveFile(scope, name, { filename: join(this.vault, path), content, filePermission: "0600", directoryPermission: "0700" });
    file("ca-certificate", "ca.pem", this.authority.certPem);
    file("operator-certificate", "operator/cert.pem", operator.certPem);
    file("operator-key", "operator/private_key.pem", operator.privateKeyPem);
  }
}
