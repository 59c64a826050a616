import { stringify } from "yaml";
import type { ClusterModel, NodeModel, Sources } from "../config";
import type { ServiceDefinition } from "../services/definition";
import { PayloadError, union } from "./builder";

/** The operator's public key, read at the edge: the machine lets it in from its first boot. */
export const OPERATOR_KEY_SOURCE = "given/ssh/operator.pub";

/** What most providers take. */
const LIMIT_BYTES = 16 * 1024;

/**
 * First boot of a node: who may log in, the packages of its role. It starts nothing and holds no secret; the first delivery
 * brings the program that activates. It depends on nothing that a service or a new version can change, since many providers
 * rebuild a machine whose user data changes: the packages are those of the embedded services that run on every node of the role.
 * @returns `#cloud-config` text of at most 16 KiB
 */
export function renderCloudConfig(
  cluster: ClusterModel,
  node: NodeModel,
  sources: Sources,
  definitions: readonly ServiceDefinition[],
): string {
  const role = definitions.filter((definition) => {
    const { scheduling_group = "all", num_instances = "all" } = definition.attributes;
    return num_instances === "all" && (scheduling_group === "all" || node.groups.includes(scheduling_group));
  });
  const units = union(
    ...role.map(({ attributes, masked = [] }) => [...(attributes.packages ? (attributes.systemd_services ?? []) : []), ...masked]),
  );
  const text = `#cloud-config\n${stringify(
    {
      hostname: node.name,
      fqdn: `${node.name}.${cluster.domain}`,
      prefer_fqdn_over_hostname: false,
      manage_etc_hosts: false,
      disable_root: cluster.ssh.user !== "root",
      ssh_pwauth: false,
      users: [login(cluster, sources)],
      // Packages start their services as they are installed, with a configuration that is not ours; not at the next boot either.
      bootcmd: [["cloud-init-per", "instance", "minicluster-mask", "systemctl", "mask", ...units]],
      // What these recommend (collectors that call apt and smartctl) nobody asked for.
      apt: { conf: 'APT::Install-Recommends "false";\n' },
      packages: union(["sudo"], ...role.map(({ attributes }) => attributes.packages ?? [])),
    },
    { lineWidth: 0 },
  )}`;
  const size = Buffer.byteLength(text);
  if (size > LIMIT_BYTES)
    throw new PayloadError(`${node.name}: its cloud-config has ${size} bytes, providers take ${LIMIT_BYTES}; give admins fewer keys`);
  return text;
}

function login(cluster: ClusterModel, sources: Sources) {
  const operator = sources.get(OPERATOR_KEY_SOURCE)?.content.toString().trim();
  const keys = union(operator ? [operator] : [], ...cluster.admins.map((admin) => admin.sshKeys));
  const common = { name: cluster.ssh.user, lock_passwd: true, ssh_authorized_keys: keys };
  return cluster.ssh.user === "root" ? common : { ...common, shell: "/bin/bash", sudo: "ALL=(ALL) NOPASSWD:ALL" };
}
