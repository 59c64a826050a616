import type { ClusterModel, ServiceModel, Warning } from "./model";
import { nodesOfGroup } from "./model";
import { compareText, show } from "./problem";
import { foldersOfFiles } from "./service-files";
import type { Sources } from "./sources";

/** Doubts about a valid model, sorted by id. `folders` are those of `files/` that some service names. */
export function warningsOf(model: ClusterModel, folders: ReadonlySet<string>, sources: Sources): Warning[] {
  const warnings: Warning[] = [];
  const core = nodesOfGroup(model.nodes, "core").length;
  if (core % 2 === 0) {
    warnings.push({ id: "core-even", message: `${core} core nodes survive no more failures than ${core - 1}; use 1, 3 or 5` });
  }
  if (core > 5) warnings.push({ id: "core-large", message: `${core} core nodes make every write to etcd slower; use 1, 3 or 5` });
  if (model.ssh.privateKeyFile === undefined) {
    warnings.push({
      id: "ssh-agent",
      message:
        "inventory.yml names no ssh.private_key_file: the agent is used, and terraform forwards it to every node, whose root can use it; name a key file",
    });
  }
  if (model.ssh.privateKeyFile === undefined && model.ssh.publicKey === undefined) {
    warnings.push({
      id: "ssh-keys-unknown",
      message:
        "the key of deploys is not known, so ~/.ssh/authorized_keys on the nodes counts beside admins, and one who is removed may still stand there; name it as ssh.public_key",
    });
  }
  const own = model.services.filter((service) => !service.embedded);
  const notYet = (id: string, what: string, has: (service: ServiceModel) => boolean) => {
    const names = own.filter(has).map((service) => service.name);
    if (names.length > 0) warnings.push({ id, message: `${what}: ${names.join(", ")}` });
  };
  notYet("containers-not-run", "this version checks containers but does not run them", (service) => service.containers.length > 0);
  notYet(
    "public-endpoints-not-served",
    "this version runs no gateway that would serve public_endpoints",
    (service) => service.publicEndpoints.length > 0,
  );
  const unused = foldersOfFiles(sources).filter((folder) => !folders.has(folder));
  if (unused.length > 0) {
    warnings.push({
      id: "files-unused",
      message: `no service has files: ${unused.map((folder) => show(folder)).join(" or ")}, so files/ of that name goes nowhere`,
    });
  }
  return warnings.sort((a, b) => compareText(a.id, b.id));
}
