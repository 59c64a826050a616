import type { Payload } from "../constructs/payload/payload";
import { table } from "./table";

/** What a node should hold, for a person: files, units, health checks, credentials by name, packages, programs. */
export function payloadText(payload: Payload, width?: number): string {
  const files = Object.entries(payload.files).map(([path, file]) => {
    const touched = [...file.restarts, ...file.reloads.map((unit) => `${unit} (reload)`)];
    const arrow = touched.length === 0 ? "" : ` -> ${touched.join(" ")}`;
    return [file.mode, `${file.owner}:${file.group}`, size(file.content.length), `${path}${arrow}`];
  });
  const units = payload.units.map((unit) => [unit.name, unit.services.join(" ")]);
  const health = payload.health.map((check) => [check.unit, `${check.timeoutSeconds} s`, check.command]);
  const credentials = [
    ...payload.credentials.map((each) => [each.owner, [each.directory, `CN=${each.commonName}`, ...each.dnsNames].join(" ")]),
    ...payload.secrets.map((each) => [each.owner, `${each.path} secret ${each.name}`]),
  ];
  const parts = [table(["MODE", "OWNER", "SIZE", "FILE -> WHAT IT RESTARTS"], files, width)];
  if (units.length > 0) parts.push(table(["UNIT", "SERVICES"], units, width));
  if (health.length > 0) parts.push(table(["HEALTH", "WITHIN", "COMMAND"], health, width));
  if (credentials.length > 0) parts.push(table(["READER", "CREDENTIAL, ITS NAMES"], credentials, width));
  if (payload.packages.length > 0) parts.push(`packages: ${payload.packages.join(" ")}`);
  if (payload.artifacts.length > 0) parts.push(`programs: ${payload.artifacts.join(" ")}`);
  return parts.join("\n\n");
}

/** `823 B`, `41 KB` */
export function size(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
