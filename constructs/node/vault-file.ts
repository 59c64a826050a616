import { join } from "node:path";
import { Resource } from "@cdktf/provider-null/lib/resource";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { noteCompletion } from "./completion";
import { terraformText } from "./terraform-text";

export interface VaultFileProps {
  /** The vault as seen from the stack's folder. */
  readonly vault: string;
  /** Its name there. */
  readonly name: string;
  readonly content: string;
  /** What writes it again when it changes, shown in the diff. */
  readonly triggers: Readonly<Record<string, string>>;
  readonly dependsOn: ITerraformDependable[];
}

/**
 * A file of the vault that the next synthesis needs, written in one rename. Not a `local_file`: Terraform destroys that
 * before it writes it anew, and a failure in between would lose it.
 */
export class VaultFile extends Construct {
  readonly resource: Resource;

  constructor(scope: Construct, id: string, props: VaultFileProps) {
    super(scope, id);
    this.resource = new Resource(this, "Resource", {
      triggers: props.triggers,
      lifecycle: { createBeforeDestroy: true },
      dependsOn: props.dependsOn,
      provisioners: [
        {
          type: "local-exec",
          command: `umask 077 && printf '%s' "$CONTENT" >"$FILE.part" && mv "$FILE.part" "$FILE"`,
          environment: { FILE: terraformText(join(props.vault, props.name)), CONTENT: terraformText(props.content) },
        },
        noteCompletion(props.vault, id),
      ],
    });
  }
}
