import type { ServiceModel } from "../config";
import type { ContributedFile } from "../services/definition";
import { environmentFile } from "../services/environment-file";
import type { HealthCheck } from "./payload";

/** Files that a service's attributes ask for: its own, its variables, its user. */
export function filesFromAttributes(service: ServiceModel): Record<string, ContributedFile> {
  const units = service.systemdServices;
  const files: Record<string, ContributedFile> = {};
  for (const file of service.files) {
    files[file.path] = { content: file.content, mode: file.executable ? "0755" : "0644", restarts: units };
  }
  if (Object.keys(service.environment).length > 0) Object.assign(files, environmentFiles(service));
  if (service.user !== "root") {
    // The same text for every service that runs as this user: the file is shared.
    files[`/etc/sysusers.d/minicluster-${service.user}.conf`] = { content: `u ${service.user} - "minicluster ${service.user}" - -\n` };
  }
  return files;
}

function environmentFiles(service: ServiceModel): Record<string, ContributedFile> {
  const path = `/etc/minicluster/environment/${service.name}.env`;
  const programs = service.systemdServices.filter((unit) => unit.endsWith(".service"));
  const dropIn = (unit: string) => `/etc/systemd/system/${unit}.d/minicluster-environment-${service.name}.conf`;
  return {
    [path]: { content: environmentFile(service.environment, `Variables of ${service.name}, from services.yml.`), restarts: programs },
    ...Object.fromEntries(programs.map((unit) => [dropIn(unit), { content: `[Service]\nEnvironmentFile=${path}\n`, restarts: [unit] }])),
  };
}

/** A service works when each of its ports accepts a connection, on loopback or at the node's address. */
export function healthFromAttributes(service: ServiceModel, address: string): HealthCheck[] {
  const unit = service.systemdServices.find((name) => name.endsWith(".service"));
  if (unit === undefined) return [];
  return service.ports.map((port) => ({
    unit,
    command: ["127.0.0.1", "::1", address].map((host) => `bash -c '</dev/tcp/${host}/${port}'`).join(" || "),
    timeoutSeconds: 30,
  }));
}
