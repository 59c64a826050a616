import { gzipSync } from "node:zlib";
import { stringify } from "yaml";
import type { ClusterModel, NodeModel, Sources } from "../config";
import type { ServiceDefinition } from "../services/definition";
import { PayloadError, union } from "./builder";
import { ACTIVATE_PATH, ACTIVATE_SOURCE, sourceFile } from "./render";

/** The operator's public key, read at the edge: the machine lets it in from its first boot. */
export const OPERATOR_KEY_SOURCE = "given/ssh/operator.pub";

/** What most providers take. */
const LIMIT_BYTES = 16 * 1024;

/**
 * First boot of a node: who may log in, the packages of its role, the program that activates. It starts nothing and holds
 * no secret, and it depends on nothing that a service can change, since many providers rebuild a machine whose user data
 * changes: the packages are those of the embedded services that run on every node of the role.
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
  const units = union(...role.map(({ attributes }) => (attributes.packages ? (attributes.systemd_services ?? []) : [])));
  const text = (more: object): string =>
    `#cloud-config\n${stringify(
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
        ...more,
      },
      { lineWidth: 0 },
    )}`;
  // Who may log in comes first: where many keys leave no room for the program, the first delivery brings it.
  const full = text({ write_files: [activationProgram(sources)] });
  if (Buffer.byteLength(full) <= LIMIT_BYTES) return full;
  const short = text({});
  const size = Buffer.byteLength(short);
  if (size > LIMIT_BYTES)
    throw new PayloadError(`${node.name}: its cloud-config has ${size} bytes, providers take ${LIMIT_BYTES}; give admins fewer keys`);
  return short;
}

function activationProgram(sources: Sources) {
  const program = withoutComments(sourceFile(sources, ACTIVATE_SOURCE).toString());
  return {
    path: ACTIVATE_PATH,
    permissions: "0755",
    encoding: "gz+b64",
    content: gzipSync(program, { level: 9 }).toString("base64"),
  };
}

function login(cluster: ClusterModel, sources: Sources) {
  const operator = sources.get(OPERATOR_KEY_SOURCE)?.content.toString().trim();
  const keys = union(operator ? [operator] : [], ...cluster.admins.map((admin) => admin.sshKeys));
  const common = { name: cluster.ssh.user, lock_passwd: true, ssh_authorized_keys: keys };
  return cluster.ssh.user === "root" ? common : { ...common, shell: "/bin/bash", sudo: "ALL=(ALL) NOPASSWD:ALL" };
}

/** Room is short, and the first activation puts the whole text there. */
function withoutComments(script: string): string {
  return script.replace(/^[ \t]*#(?!!).*\n/gm, "");
}
