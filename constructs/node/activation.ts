import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Resource } from "@cdktf/provider-null/lib/resource";
import { type ITerraformDependable, type SSHProvisionerConnection, TerraformStack } from "cdktf";
import { addCustomSynthesis } from "cdktf/lib/synthesize/synthesizer";
import { Construct } from "constructs";
import { selfExtractingBundle } from "../payload/bundle";
import type { RolloutPosition } from "../payload/manifest";
import type { Payload } from "../payload/payload";
import { activationTriggers } from "../payload/triggers";
import { noteCompletion } from "./completion";
import { confirmDelivery, needsConfirmation } from "./confirmation";
import { STAGED_CREDENTIALS } from "./staged-credentials";

export interface ActivationProps {
  readonly payload: Payload;
  readonly connection: SSHProvisionerConnection;
  /** Path of each certificate on the node -> its hash, tokens. */
  readonly fingerprints: Readonly<Record<string, string>>;
  readonly redeliver: number;
  /** The vault as seen from the stack's folder. */
  readonly vault: string;
  /** @default - not part of a chain */
  readonly rollout?: RolloutPosition;
  /** @default false */
  readonly bootstrap?: boolean;
  /** Triggers of the delivery that the node took last. @default - unknown */
  readonly delivered?: Readonly<Record<string, string>>;
  readonly dependsOn: ITerraformDependable[];
}

/**
 * Makes a node hold its payload: one connection, one script, and another connection where the node could be out of reach. The script is a file that synthesis writes beside the stack's
 * JSON; the plan and the state know digests only.
 */
export class Activation extends Construct {
  readonly resource: Resource;

  constructor(scope: Construct, id: string, props: ActivationProps) {
    super(scope, id);
    const { payload } = props;
    const script = `bundles/${this.node.scope?.node.path.replaceAll("/", "_")}.sh`;
    const triggers = { ...activationTriggers(payload), redeliver: String(props.redeliver) };
    const willConfirm = needsConfirmation(payload, triggers, props.delivered);
    this.resource = new Resource(this, "Resource", {
      triggers: { ...triggers, ...props.fingerprints },
      lifecycle: { createBeforeDestroy: true },
      dependsOn: props.dependsOn,
      connection: { ...props.connection, scriptPath: "./.minicluster/activate" } as SSHProvisionerConnection,
      provisioners: [
        { type: "remote-exec", script },
        ...(willConfirm ? [confirmDelivery(payload, props.connection)] : []),
        noteCompletion(props.vault, `${payload.node}_activation`),
      ],
    });
    const bundle = selfExtractingBundle(payload, {
      rollout: props.rollout,
      bootstrap: props.bootstrap,
      willConfirm,
      stagedCredentials: STAGED_CREDENTIALS,
    });
    addCustomSynthesis(this, {
      onSynthesize: (session) => {
        const folder = join(session.outdir, session.manifest.forStack(TerraformStack.of(this)).workingDirectory);
        mkdirSync(join(folder, "bundles"), { recursive: true });
        writeFileSync(join(folder, script), bundle, { mode: 0o600 });
        chmodSync(join(folder, script), 0o600);
      },
    });
  }
}
