import type { ClusterModel } from "../constructs/config";
import { pinnedKey } from "./known-hosts";
import { UserError } from "./user-error";

/**
 * node -> the host key that Terraform must see.
 * @throws UserError naming every node that nobody has trusted yet
 */
export function pinnedHostKeys(model: ClusterModel, knownHosts: string): Record<string, string> {
  const keys: Record<string, string> = {};
  const unknown: string[] = [];
  for (const node of model.nodes.filter((each) => !each.skip)) {
    const key = pinnedKey(knownHosts, node.sshAddress, model.ssh.port);
    if (key === undefined)
      unknown.push(
        `${node.name}: no host key of ${node.sshAddress} in ${model.ssh.knownHostsFile}; compare its fingerprint and run: npx minicluster trust ${node.name}`,
      );
    else keys[node.name] = key;
  }
  if (unknown.length > 0) throw new UserError(unknown.join("\n"));
  return keys;
}
