import { announcedPort, type ServiceModel } from "../config";
import type { ContributedFile, Contribution, RenderContext, ServiceDefinition } from "./definition";
import { environmentFile } from "./environment-file";
import { etcdDirectory } from "./etcd-credentials";
import { etcdUrls } from "./etcd-endpoints";
import { recordKey, recordPrefix } from "./skydns";
import { staticFiles } from "./static-files";

const UNIT = "servicereg.service";
const FOLDER = "/etc/minicluster/servicereg";

/** Presence: a service of this node is in the cluster's DNS while its units are active, the node lives and its port answered. */
export const servicereg: ServiceDefinition = {
  name: "servicereg",
  attributes: { user: "servicereg", packages: ["etcd-client"], systemd_services: [UNIT] },
  fixed: ["scheduling_group", "num_instances", "user", "systemd_services", "etcd_prefixes"],
  render(context: RenderContext): Contribution {
    const { cluster, node } = context;
    const here = cluster.services.filter(({ name }) => context.placement.hosts[name]?.includes(node.name));
    const announced = here.filter((service) => announcedPort(service) !== undefined);
    // A service without a port has to ask; one that ships with minicluster never does.
    const asking = here.filter((service) => announcedPort(service) === undefined && !service.embedded);
    const reloads = [UNIT];
    return {
      files: {
        ...reloading(staticFiles(context, () => [])),
        [`${FOLDER}/etcdctl.env`]: { content: environmentOfAll(context), reloads },
        "/etc/tmpfiles.d/minicluster-servicereg.conf": { content: requestFiles(asking), reloads },
        ...Object.assign({}, ...announced.map((service) => announcement(service, context))),
      },
      etcdAccess: { keys: [...announced, ...asking].map(({ name }) => recordKey(cluster, name, node)) },
    };
  },
};

/** A changed program is used the next time it runs; only the lease outlives that. */
function reloading(files: Record<string, ContributedFile>): Record<string, ContributedFile> {
  return Object.fromEntries(Object.entries(files).map(([path, file]) => [path, { ...file, reloads: [UNIT] }]));
}

function environmentOfAll(context: RenderContext): string {
  const directory = etcdDirectory("servicereg");
  return environmentFile(
    {
      ETCDCTL_ENDPOINTS: etcdUrls(context).join(","),
      ETCDCTL_CACERT: `${directory}/ca.pem`,
      ETCDCTL_CERT: `${directory}/cert.pem`,
      ETCDCTL_KEY: `${directory}/private_key.pem`,
      // A member that lost its power must be noticed well within a lease.
      ETCDCTL_KEEPALIVE_TIMEOUT: "2s",
      ETCDCTL_DIAL_TIMEOUT: "2s",
      ETCDCTL_COMMAND_TIMEOUT: "3s",
      RECORD_PREFIX: recordPrefix(context.cluster),
      HOST: context.node.name,
      ADDRESS: context.node.addresses[0],
    },
    "Where the records of this node go.",
  );
}

/** Where minicluster-announce asks: only the service's own user can. */
function requestFiles(services: readonly ServiceModel[]): string {
  const folder = "/run/minicluster-announce";
  const lines = services.map(({ name, user }) => `f ${folder}/${name} 0640 ${user} servicereg -`);
  return ["# Requests of minicluster-announce.", `d ${folder} 0755 root root -`, ...lines, ""].join("\n");
}

/** What is announced, and the units between which systemd keeps it so. None of it restarts the service. */
function announcement(service: ServiceModel, { node }: RenderContext): Record<string, ContributedFile> {
  const { name } = service;
  const units = lastingUnits(service);
  const reloads = [UNIT];
  const variables = { PORT: String(announcedPort(service)), ADDRESS: node.addresses[0], UNITS: units.join(" ") };
  const section = (...lines: string[]) => ["[Unit]", ...lines, ""].join("\n");
  const files: Record<string, ContributedFile> = { [`${FOLDER}/services/${name}.env`]: { content: environmentFile(variables), reloads } };
  if (units.length === 0) return files;
  const list = units.join(" ");
  const dropIn = (unit: string, content: string) => {
    files[`/etc/systemd/system/${unit}.d/minicluster-servicereg-${name}.conf`] = { content, reloads };
  };
  dropIn(`servicereg-start@${name}.service`, section(`After=${list}`, `PartOf=${list}`));
  dropIn(`servicereg@${name}.service`, section(`After=${list}`, `BindsTo=${list}`));
  for (const unit of units) dropIn(unit, section(`Wants=servicereg-start@${name}.service`));
  return files;
}

/** Units that stay active. One that does its work and ends says nothing about whether the service is there. */
function lastingUnits(service: ServiceModel): string[] {
  const endsByItself = (unit: string) =>
    service.files.some(({ path, content }) => {
      const text = path.endsWith(`/${unit}`) ? content.toString() : "";
      return /^\s*Type\s*=\s*oneshot\s*$/m.test(text) && !/^\s*RemainAfterExit\s*=\s*(yes|true|on|1)\s*$/m.test(text);
    });
  return service.systemdServices.filter((unit) => !endsByItself(unit));
}
