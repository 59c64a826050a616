import { describedCluster } from "../support/described-cluster";

const inventory = `
domain: infra.example.com
domain_public: example.com
nodes:
  core-1: { addresses: [10.0.0.1, "fd00::1"], groups: [core] }
  core-2: { addresses: ["fd00::2"], groups: [core] }
  core-3: { addresses: [10.0.0.3], groups: [core] }
  worker-1: { addresses: [10.0.0.9], groups: [ssd] }
`;
const services = `
web: { scheduling_group: ssd, user: web, etcd_prefixes: [/web/, /more] }
plain: { user: plain }
everywhere: { user: everywhere, etcd_prefixes: [/everywhere/] }
`;
const FOLDER = "/etc/minicluster/coordination/";
const payload = (node: string) => describedCluster({ inventory, services }).payload(node);
const described = (node: string) => Object.keys(payload(node).files).filter((path) => path.startsWith(FOLDER));

test("each service of the node with prefixes finds members by address, its keys and its credential; nothing restarts", () => {
  const file = payload("worker-1").files[`${FOLDER}web.json`];
  expect(JSON.parse(file?.content.toString() ?? "")).toEqual({
    service: "web",
    host: "worker-1",
    endpoints: ["https://10.0.0.1:2379", "https://[fd00::2]:2379", "https://10.0.0.3:2379"],
    prefixes: ["/web/", "/more/"],
    credentials: "/etc/credentials/etcd/web",
  });
  expect(file).toMatchObject({ mode: "0644", owner: "root", restarts: [], reloads: [] });
  expect(payload("worker-1").credentials.map(({ directory }) => directory)).toContain("/etc/credentials/etcd/web");
});

test("a service without prefixes, or on other nodes, is not described", () => {
  expect(described("worker-1")).toEqual([`${FOLDER}everywhere.json`, `${FOLDER}web.json`]);
  expect(described("core-1")).toEqual([`${FOLDER}everywhere.json`]);
});

test("a changed program is used by the next command; only the socket is ever restarted", () => {
  const ours = Object.entries(payload("core-1").files).filter(([path]) => /coordination|minicluster-(lock|elect|kv)$/.test(path));
  expect(ours.length).toBeGreaterThan(10);
  const restarting = ours.filter(([, file]) => file.restarts.length + file.reloads.length > 0);
  expect(restarting.map(([path, file]) => [path, file.restarts])).toEqual([
    ["/etc/systemd/system/coordination-guard.socket", ["coordination-guard.socket"]],
  ]);
});

test("it needs no user, no certificate and no port of its own", () => {
  const { credentials, units } = payload("worker-1");
  expect(credentials.filter(({ directory }) => directory.includes("coordination"))).toEqual([]);
  expect(units.filter(({ services: of }) => of.includes("coordination")).map(({ name }) => name)).toEqual(["coordination-guard.socket"]);
});
