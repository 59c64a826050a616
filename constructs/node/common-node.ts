import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { ClusterModel, NodeModel, Sources } from "../config";
import { renderCloudConfig } from "../payload/cloud-config";
import type { RolloutPosition } from "../payload/manifest";
import type { Payload } from "../payload/payload";
import { sourceFile } from "../payload/render";
import type { ServiceDefinition } from "../services/definition";
import { Activation } from "./activation";
import type { Artifact } from "./artifact";
import { sshConnection } from "./connection";
import { type Authorities, IssuedCredentials } from "./issued-credentials";
import { Prepare } from "./prepare";
import { StagedCredentials } from "./staged-credentials";

/** A machine of the cluster, as other constructs see it. */
export interface INode {
  readonly model: NodeModel;
  /** cloud-config for its first boot: starts nothing, holds no secret. */
  readonly userData: string;
  /** What must be done before something may rely on this node. */
  readonly delivered: ITerraformDependable[];
}

export interface CommonNodeProps {
  readonly cluster: ClusterModel;
  readonly node: NodeModel;
  readonly payload: Payload;
  readonly sources: Sources;
  readonly definitions: readonly ServiceDefinition[];
  /** Its pinned host key, e.g. `ecdsa-sha2-nistp256 AAAA...`; not needed for a node that is skipped. */
  readonly hostKey?: string;
  readonly authorities: Authorities;
  /** Every artifact there is; the node takes those that its payload names. */
  readonly artifacts: readonly Artifact[];
  /** The vault as seen from the stack's folder. */
  readonly vault: string;
  /** How often the node was asked to be delivered anew. @default 0 */
  readonly redeliver?: number;
  /** Triggers of the activation that it took last. @default - unknown: what it is reached by is confirmed */
  readonly delivered?: Readonly<Record<string, string>>;
  /** What must be there before the first activation, the record above all. @default - nothing */
  readonly dependsOn?: ITerraformDependable[];
  /** Its place among nodes that are delivered one after the other. @default - delivered on its own */
  readonly rollout?: RolloutPosition;
  /** Is this the delivery that founds the cluster? @default false */
  readonly bootstrap?: boolean;
}

/** A node with the common role: everything it takes to use the cluster's services. Independent of every other common node. */
export class CommonNode extends Construct implements INode {
  readonly model: NodeModel;
  readonly userData: string;
  readonly delivered: ITerraformDependable[] = [];

  constructor(scope: Construct, id: string, props: CommonNodeProps) {
    super(scope, id);
    this.model = props.node;
    this.userData = renderCloudConfig(props.cluster, props.node, props.sources, props.definitions);
    const issued = new IssuedCredentials(this, "pki", props);
    if (!props.node.skip) this.deliver(props, issued);
  }

  private deliver(props: CommonNodeProps, issued: IssuedCredentials): void {
    const { payload, node, cluster, hostKey, vault, redeliver = 0 } = props;
    if (hostKey === undefined) throw new Error(`${node.name}: no host key; run: minicluster trust ${node.name}`);
    const connection = sshConnection(cluster.ssh, node, hostKey);
    const prepare = new Prepare(this, "prepare", {
      payload,
      connection,
      redeliver,
      vault,
      caCertPem: props.authorities.services.certPem,
      artifacts: props.artifacts.filter((artifact) => payload.artifacts.includes(artifact.name)),
      script: sourceFile(props.sources, "cloud-init/node/minicluster-prepare").toString(),
    });
    const credentials = new StagedCredentials(this, "credentials", {
      node: node.name,
      issued,
      connection,
      redeliver,
      vault,
      dependsOn: [prepare.resource],
    });
    const activation = new Activation(this, "activation", {
      payload,
      connection,
      redeliver,
      vault,
      fingerprints: issued.fingerprints,
      rollout: props.rollout,
      bootstrap: props.bootstrap,
      delivered: props.delivered,
      dependsOn: [credentials.resource, ...(props.dependsOn ?? [])],
    });
    this.delivered.push(activation.resource);
  }
}
