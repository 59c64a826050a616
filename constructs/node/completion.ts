import { type LocalExecProvisioner, TerraformSelf } from "cdktf";
import { terraformText } from "./terraform-text";
import { COMPLETIONS } from "./vault-layout";

/**
 * The last provisioner of a delivery: notes in the vault that the ones before it have ended well.
 *
 * Terraform has a resource in its state before the provisioners run. A deploy that is killed while they do (SIGKILL, a power
 * cut) leaves a state that says they are done; the next synthesis compares these notes with the state and knows better.
 * @param vault as seen from the stack's folder
 * @param name of the resource in the state, e.g. `core-1_activation`
 */
export function noteCompletion(vault: string, name: string): LocalExecProvisioner {
  return {
    type: "local-exec",
    command: `umask 077 && mkdir -p "$NOTES" && printf %s "$ID" >"$NOTES/$NAME.part" && mv "$NOTES/$NAME.part" "$NOTES/$NAME"`,
    environment: { NOTES: terraformText(`${vault}/${COMPLETIONS}`), NAME: name, ID: TerraformSelf.getString("id") },
  };
}
