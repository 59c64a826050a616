import type { Construct } from "constructs";
import { CommonNode, type CommonNodeProps } from "./common-node";

export interface CoreNodeProps extends Omit<CommonNodeProps, "rollout"> {
  /** Core nodes in the order of their delivery, this one among them; none that is skipped. */
  readonly chain: readonly string[];
  /** The one before it: its failure leaves this one untouched. @default - this is the first */
  readonly previous?: CommonNode;
}

/** A node with the core role: the common role and the services with a quorum. Core nodes are delivered one after the other. */
export class CoreNode extends CommonNode {
  constructor(scope: Construct, id: string, props: CoreNodeProps) {
    const position = props.chain.indexOf(props.node.name);
    super(scope, id, {
      ...props,
      rollout: { before: props.chain.slice(0, position), after: props.chain.slice(position + 1) },
      dependsOn: [...(props.dependsOn ?? []), ...(props.previous?.delivered ?? [])],
    });
    // A node that is skipped does not break the chain.
    if (props.node.skip) this.delivered.push(...(props.previous?.delivered ?? []));
  }
}
