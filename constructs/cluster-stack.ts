import { LocalBackend, type TerraformElement, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { Cluster, type ClusterProps } from "./cluster";
import { addProviders } from "./node/providers";

export interface ClusterStackProps extends ClusterProps {
  /** The state, absolute or relative to the stack's folder. It holds every private key. */
  readonly statePath: string;
}

/** One cluster with its providers and its state. */
export class ClusterStack extends TerraformStack {
  readonly cluster: Cluster;

  constructor(scope: Construct, id: string, props: ClusterStackProps) {
    super(scope, id);
    addProviders(this);
    new LocalBackend(this, { path: props.statePath });
    this.cluster = new Cluster(this, "cluster", props);
  }

  /**
   * What a person reads in a plan: `null_resource.core-1_activation`, not `cluster_nodes_core-1_activation_22DCD95C`. Only
   * what all paths share is left out, so that names stay unique as paths are; the state knows resources by them.
   */
  protected override allocateLogicalId(element: TerraformElement): string {
    const path = element.node.scopes.slice(element.node.scopes.indexOf(this) + 1).map((scope) => scope.node.id);
    const [cluster, part, ...rest] = path;
    if (cluster !== "cluster" || part === undefined) return super.allocateLogicalId(element as TerraformElement);
    const named = rest.filter((id) => id !== "Resource");
    return (part === "nodes" ? named : [part, ...named]).join("_");
  }
}

/** The domain with its dots as dashes: two clusters never share a folder of cdktf.out. */
export function stackId(domain: string): string {
  return domain.replaceAll(".", "-");
}
