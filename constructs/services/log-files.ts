import type { ClusterModel, ServiceModel } from "../config";

export const COLLECTOR = "log-collector";
/** Where lines of every other unit go. */
export const SYSTEM = "system";

/** What starts the service unit of its name. */
const STARTS_ITS_NAMESAKE = /\.(timer|path)$/;

/**
 * Unit -> the service under which its lines are filed; `web@` stands for every instance of `web@.service`. Of a unit that
 * several services share, the first by name has the lines.
 */
export function serviceOfUnits(cluster: ClusterModel): ReadonlyMap<string, string> {
  const units = new Map<string, string>();
  for (const service of cluster.services) {
    for (const unit of unitsOf(service)) if (!units.has(unit)) units.set(unit, service.name);
  }
  return units;
}

/** Services whose files hold lines of this one: itself, and with shared units others. */
export function filedUnder(cluster: ClusterModel, service: ServiceModel): string[] {
  const owners = serviceOfUnits(cluster);
  return [...new Set([service.name, ...unitsOf(service).map((unit) => owners.get(unit) ?? service.name)])].sort();
}

/** As the collector looks them up. */
export function unitsOf(service: ServiceModel): string[] {
  const own = service.files.flatMap(({ path }) => path.match(/^\/etc\/(?:systemd\/system|containers\/systemd)\/([^/]+)$/)?.[1] ?? []);
  const units = [...service.systemdServices, ...own].flatMap((unit) => {
    // A socket starts one service for all connections, or an instance for each.
    if (unit.endsWith(".socket")) return [unit, unit.replace(/\.socket$/, ".service"), unit.replace(/\.socket$/, "@.service")];
    if (STARTS_ITS_NAMESAKE.test(unit)) return [unit, unit.replace(STARTS_ITS_NAMESAKE, ".service")];
    return [unit.replace(/\.container$/, ".service")];
  });
  return [...new Set(units.map((unit) => unit.replace(/@.*$/, "@")))].sort();
}
