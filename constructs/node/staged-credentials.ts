import { Resource } from "@cdktf/provider-null/lib/resource";
import type { ITerraformDependable, SSHProvisionerConnection } from "cdktf";
import { Construct } from "constructs";
import { noteCompletion } from "./completion";
import type { IssuedCredentials } from "./issued-credentials";

/** Below the SSH user's home; the folder is theirs alone. */
export const STAGED_CREDENTIALS = ".minicluster/credentials";

export interface StagedCredentialsProps {
  readonly node: string;
  readonly issued: IssuedCredentials;
  readonly connection: SSHProvisionerConnection;
  readonly redeliver: number;
  /** The vault as seen from the stack's folder. */
  readonly vault: string;
  readonly dependsOn: ITerraformDependable[];
}

/** Puts a node's credentials where its next activation takes them from. A provisioner of its own: keys silence its output. */
export class StagedCredentials extends Construct {
  readonly resource: Resource;

  constructor(scope: Construct, id: string, props: StagedCredentialsProps) {
    super(scope, id);
    this.resource = new Resource(this, "Resource", {
      triggers: { ...props.issued.fingerprints, redeliver: String(props.redeliver) },
      lifecycle: { createBeforeDestroy: true },
      dependsOn: props.dependsOn,
      connection: props.connection,
      provisioners: [
        { type: "file", content: props.issued.text, destination: STAGED_CREDENTIALS },
        noteCompletion(props.vault, `${props.node}_credentials`),
      ],
    });
  }
}
