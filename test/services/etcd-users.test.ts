import type { EtcdAccess, ServiceDefinition } from "../../constructs/services/definition";
import { etcd } from "../../constructs/services/etcd";
import { etcdUsers, usersFile } from "../../constructs/services/etcd-users";
import { describedCluster } from "../support/described-cluster";

const inventory = `
domain: infra.example.com
domain_public: example.com
nodes:
  core-1: { addresses: [10.0.0.1], groups: [core] }
  core-2: { addresses: [10.0.0.2], groups: [core] }
  worker-1: { addresses: [10.0.0.9], groups: [ssd] }
  worker-2: { addresses: [10.0.0.10], groups: [ssd], skip: true }
`;

/** A service that ships with minicluster and asks for rights by its definition. */
const embedded = (name: string, access: (host: string) => EtcdAccess | undefined): ServiceDefinition => ({
  name,
  attributes: { scheduling_group: "ssd" },
  render: ({ node }) => ({ etcdAccess: access(node.name) }),
});

const usersOn = (node: string, services: string, definitions: ServiceDefinition[] = []) =>
  describedCluster({ inventory, services }, { definitions: [etcd, ...definitions] })
    .payload(node)
    .files["/etc/etcd/users.txt"]?.content.toString();

test("a user for each service and host with access, an administrator for each core node, the same on all of them", () => {
  const services = "web: { scheduling_group: ssd, etcd_prefixes: [/web/, /more] }\nplain: { scheduling_group: ssd }";
  const text = usersOn("core-1", services);
  expect(text).toBe(`admin@core-1 root
admin@core-2 root
web@worker-1 readwrite prefix /more/
web@worker-1 readwrite prefix /web/
web@worker-2 readwrite prefix /more/
web@worker-2 readwrite prefix /web/
`);
  expect(usersOn("core-2", services)).toBe(text);
  expect(usersOn("worker-1", services)).toBeUndefined();
});

test("a definition's rights: exact keys, prefixes to read and to write, by host; the greater right wins; perhaps none", () => {
  const registry = embedded("registry", (host) => ({ keys: [`/names/${host}`], read: ["/names/", "/own/"], readWrite: ["/own/"] }));
  const locks = embedded("locks", (host) => (host === "worker-1" ? {} : undefined));
  expect(usersOn("core-1", "{}", [registry, locks])).toBe(`admin@core-1 root
admin@core-2 root
locks@worker-1 nothing
registry@worker-1 readwrite key /names/worker-1
registry@worker-1 read prefix /names/
registry@worker-1 readwrite prefix /own/
registry@worker-2 readwrite key /names/worker-2
registry@worker-2 read prefix /names/
registry@worker-2 readwrite prefix /own/
`);
});

test("a file of users that changed restarts nothing", () => {
  const { files } = describedCluster({ inventory, services: "{}" }, { definitions: [etcd] }).payload("core-1");
  expect(files["/etc/etcd/users.txt"]).toMatchObject({ mode: "0644", owner: "root", restarts: [], reloads: [] });
});

test.each([
  ["/vault/", { readWrite: ["/vault/"] }, "/vault/"],
  ["/vault", { readWrite: ["/vault/deep/"] }, "/vault/deep/"],
  ["/vault/deep/er/", { readWrite: ["/vault/"] }, "/vault/"],
  ["/vault", { keys: ["/vault/key"] }, "/vault/key"],
])("a prefix %s of the user's beside %o is refused", (prefix, access, taken) => {
  expect(() => usersOn("core-1", `web: { etcd_prefixes: [${prefix}] }`, [embedded("vault", () => access)])).toThrow(
    `web.etcd_prefixes: "${prefix}" overlaps "${taken}" of vault; choose another`,
  );
});

test.each([
  ["/vault", { readWrite: ["/vault-2/"] }],
  ["/vault/", { read: ["/vault/"] }],
])("a prefix %s of the user's beside %o is not", (prefix, access) => {
  expect(usersOn("core-1", `web: { etcd_prefixes: [${prefix}] }`, [embedded("vault", () => access)])).toContain("web@worker-1");
});

test("a definition's mistakes are found", () => {
  for (const access of [{ readWrite: ["/no-slash"] }, { keys: ["/two words"] }, { keys: ["relative"] }, { read: ["/a\n/b/"] }])
    expect(() => usersOn("core-1", "{}", [embedded("vault", () => access)])).toThrow(/^vault: /);
  expect(() =>
    usersOn("core-1", "{}", [
      { ...embedded("vault", () => undefined), render: (context) => ({ files: { "/x": { content: String(context.clientsOfEtcd()) } } }) },
    ]),
  ).toThrow("one service alone can");
  expect(usersFile(etcdUsers([], []))).toBe("");
});
