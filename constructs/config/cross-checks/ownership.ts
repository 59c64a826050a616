import type { Drafts } from "../drafts";
import { placeIn } from "../drafts";
import { type ProblemList, show } from "../problem";
import { isSystemUnit } from "../systemd-unit";

/** Where CoreDNS finds names: whoever writes there can take over any name. */
const NAMES_PREFIX = "/skydns";

/** What a service of the user's may not share with an embedded one, or with any other: Linux users, units, keys in etcd. */
export function checkOwnership(drafts: Drafts, problems: ProblemList): void {
  checkUsers(drafts, problems);
  checkUnits(drafts, problems);
  checkPrefixes(drafts, problems);
}

/** A process of an embedded service's user could read that service's keys. */
function checkUsers({ services }: Drafts, problems: ProblemList): void {
  const owners = new Map<string, string>();
  for (const service of services) {
    const { user } = service.attributes;
    if (user === "root") continue;
    const owner = owners.get(user);
    if (owner !== undefined) {
      const message = `${show(user)} is the user of the embedded service ${owner} and can read its keys; choose another`;
      problems.add({ ...placeIn(service, ["user"]), message });
    } else if (service.embedded) {
      owners.set(user, service.name);
    }
  }
}

function checkUnits({ services }: Drafts, problems: ProblemList): void {
  const owners = new Map<string, string>();
  for (const service of services) {
    for (const [index, unit] of service.attributes.systemd_services.entries()) {
      const owner = owners.get(unit);
      const place = placeIn(service, ["systemd_services", index]);
      if (service.embedded) owners.set(unit, service.name);
      else if (owner !== undefined)
        problems.add({ ...place, message: `${show(unit)} belongs to the embedded service ${owner}; name your own` });
      else if (isSystemUnit(unit))
        problems.add({ ...place, message: `${show(unit)} belongs to Debian, and would stop where the service leaves; name your own` });
    }
  }
}

function checkPrefixes({ services }: Drafts, problems: ProblemList): void {
  const seen: { prefix: string; owner: string; embedded: boolean }[] = [];
  for (const service of services) {
    const embedded = service.embedded && !service.written.has("etcd_prefixes");
    for (const [index, prefix] of service.attributes.etcd_prefixes.entries()) {
      const place = placeIn(service, ["etcd_prefixes", index]);
      if (!embedded && overlap(prefix, NAMES_PREFIX)) {
        problems.add({ ...place, message: `${show(prefix)} reaches into ${NAMES_PREFIX}, where the cluster's names are; choose another` });
      }
      const other = seen.find((known) => known.owner !== service.name && !(known.embedded && embedded) && overlap(prefix, known.prefix));
      if (other)
        problems.add({
          ...place,
          message: `${show(prefix)} overlaps ${show(other.prefix)} of ${other.owner}; choose another${advice(prefix, other.prefix)}`,
        });
      seen.push({ prefix, owner: service.name, embedded });
    }
  }
}

/** etcd compares bytes: `/web` also covers `/website`. */
function overlap(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}

function advice(a: string, b: string): string {
  return overlap(`${a.replace(/\/$/, "")}/`, `${b.replace(/\/$/, "")}/`) ? "" : `, or end both with "/"`;
}
