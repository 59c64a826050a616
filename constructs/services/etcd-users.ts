import type { NodeModel, ServiceModel } from "../config";
import { PayloadError } from "../payload/builder";
import type { EtcdAccess } from "./definition";

/** A service on one node that has a credential for etcd, and so a user there. */
export interface EtcdClient {
  readonly service: ServiceModel;
  readonly node: NodeModel;
  /** Besides the service's `etcd_prefixes`. */
  readonly access: EtcdAccess;
}

/** A user of etcd, by the CN of its certificate. It has a role of its own name, or the role `root`. */
export interface EtcdUser {
  /** `<service>@<host>` */
  readonly name: string;
  /** `root` may do everything. */
  readonly rights: "root" | readonly EtcdRight[];
}

/** A permission of a role: for one key, or for all keys that begin with a prefix. */
export interface EtcdRight {
  readonly access: "read" | "readwrite";
  readonly range: "key" | "prefix";
  readonly key: string;
}

/**
 * Every user that etcd should have, sorted by name: one for each client, and an administrator on each core node.
 * @throws PayloadError if a service of the user's reaches into the keys of an embedded one
 */
export function etcdUsers(clients: readonly EtcdClient[], core: readonly NodeModel[]): EtcdUser[] {
  refuseOverlaps(clients);
  const users: EtcdUser[] = [
    ...core.map((node) => ({ name: `admin@${node.name}`, rights: "root" as const })),
    ...clients.map((client) => ({ name: `${client.service.name}@${client.node.name}`, rights: rightsOf(client) })),
  ];
  return users.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * The users as `etcd-access` reads them on a node: lines `<user> root`, `<user> read|readwrite key|prefix <key>`, or
 * `<user> nothing` for one without rights. Sorted.
 */
export function usersFile(users: readonly EtcdUser[]): string {
  const lines = users.flatMap(({ name, rights }) => {
    if (rights === "root") return [`${name} root`];
    return rights.length === 0 ? [`${name} nothing`] : rights.map(({ access, range, key }) => `${name} ${access} ${range} ${key}`);
  });
  return lines.map((line) => `${line}\n`).join("");
}

/** Sorted, one for each range: the greater right wins. */
function rightsOf({ service, access }: EtcdClient): EtcdRight[] {
  const rights: EtcdRight[] = [
    ...(access.read ?? []).map((key) => ({ access: "read" as const, range: "prefix" as const, key: folder(service, key) })),
    ...writable({ service, access }),
  ];
  const byRange = new Map(rights.map((right) => [`${right.range} ${right.key}`, right]));
  return [...byRange].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, right]) => right);
}

function writable({ service, access }: Pick<EtcdClient, "service" | "access">): EtcdRight[] {
  return [
    ...(access.keys ?? []).map((key) => ({ access: "readwrite" as const, range: "key" as const, key: word(service, key) })),
    ...[...service.etcdPrefixes.map(withSlash), ...(access.readWrite ?? [])].map((key) => ({
      access: "readwrite" as const,
      range: "prefix" as const,
      key: folder(service, key),
    })),
  ];
}

/** etcd compares bytes, and a person means a folder: `/web` must not open `/website/`. */
function withSlash(prefix: string): string {
  return prefix.endsWith("/") ? prefix : `${prefix}/`;
}

/** A definition's mistake, not a user's. */
function folder(service: ServiceModel, prefix: string): string {
  if (!prefix.endsWith("/")) throw new Error(`${service.name}: the prefix ${JSON.stringify(prefix)} in etcd must end in "/"`);
  return word(service, prefix);
}

function word(service: ServiceModel, key: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these end a word or a line of the file
  if (!/^\/[^\s\x00-\x1f]*$/.test(key)) throw new Error(`${service.name}: ${JSON.stringify(key)} is no key for a user of etcd`);
  return key;
}

/** services.yml is checked against the prefixes of other services in it; what definitions ask for is known only here. */
function refuseOverlaps(clients: readonly EtcdClient[]): void {
  const embedded = clients.filter(({ service }) => service.embedded);
  const own = new Map(clients.filter(({ service }) => !service.embedded).map(({ service }) => [service.name, service]));
  for (const service of own.values()) {
    for (const prefix of service.etcdPrefixes) {
      for (const client of embedded) {
        const taken = writable(client).find((right) => overlaps(withSlash(prefix), right));
        if (taken === undefined) continue;
        const owner = client.service.name;
        throw new PayloadError(
          `${service.name}.etcd_prefixes: ${JSON.stringify(prefix)} overlaps ${JSON.stringify(taken.key)} of ${owner}; choose another`,
        );
      }
    }
  }
}

function overlaps(prefix: string, { range, key }: EtcdRight): boolean {
  return key.startsWith(prefix) || (range === "prefix" && prefix.startsWith(key));
}
