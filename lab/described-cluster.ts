import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { ClusterModel } from "../constructs/config";
import { renderCloudConfig } from "../constructs/payload/cloud-config";
import type { ServiceDefinition } from "../constructs/services/definition";
import { embeddedServices } from "../constructs/services/registry";
import { knownHostsName } from "../edge/known-hosts";
import { loadModel } from "../edge/load";
import { LabError } from "./error";
import type { Preinstalled } from "./image";
import { Lab, type LabProps } from "./lab";

/**
 * Machines for a described cluster: one for each node of its inventory, first-booted with the node's own cloud-config,
 * and trusted, since the lab reads their host keys from their disks. What minicluster's own services install lies ready on
 * the disks unless `bare` is set: the same for all labs, so that it is unpacked once.
 * @param directory the configuration folder
 * @param name of the lab
 */
export async function bootDescribedCluster(directory: string, name: string, log: (line: string) => void, bare = false): Promise<Lab> {
  makeOperatorKey(loadModel(directory).model);
  const { model, sources } = loadModel(directory);
  const { user, port, privateKeyFile } = model.ssh;
  if (privateKeyFile === undefined) throw new LabError(`${directory}/inventory.yml: a lab needs ssh.private_key_file`);
  const props: LabProps = {
    name,
    log,
    ...(bare ? {} : { preinstalled: packagesOf(embeddedServices) }),
    ssh: { user, port, privateKeyFile },
    // Core nodes have the first numbers.
    machines: [...model.nodes]
      .sort((a, b) => Number(b.groups.includes("core")) - Number(a.groups.includes("core")))
      .map((node) => ({
        name: node.name,
        addresses: node.addresses,
        userData: renderCloudConfig(model, node, sources, embeddedServices),
      })),
  };
  const lab = await Lab.up(props);
  trustMachines(model, lab);
  return lab;
}

/** As an operator would with `minicluster trust`, but certain. */
export function trustMachines(model: ClusterModel, lab: Lab): void {
  const lines = model.nodes.flatMap((node) =>
    lab.hostKeys(node.name).map((key) => `${knownHostsName(node.sshAddress, model.ssh.port)} ${key}\n`),
  );
  mkdirSync(dirname(model.ssh.knownHostsFile), { recursive: true, mode: 0o700 });
  writeFileSync(model.ssh.knownHostsFile, lines.join(""), { mode: 0o600 });
}

/** Masked as a first boot does it (renderCloudConfig) and every delivery after it. */
function packagesOf(definitions: readonly ServiceDefinition[]): Preinstalled {
  const union = (of: (definition: ServiceDefinition) => readonly string[]) => [...new Set(definitions.flatMap(of))].sort();
  return {
    packages: union(({ attributes }) => attributes.packages ?? []),
    masked: union(({ attributes, masked = [] }) => [...(attributes.packages ? (attributes.systemd_services ?? []) : []), ...masked]),
  };
}

function makeOperatorKey(model: ClusterModel): void {
  const file = model.ssh.privateKeyFile;
  if (file === undefined || existsSync(file)) return;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "minicluster", "-f", file], { stdio: "inherit" });
}
