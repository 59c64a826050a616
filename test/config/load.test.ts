import fc from "fast-check";
import { parse, stringify } from "yaml";
import { type ClusterModel, formatProblem } from "../../constructs/config";
import { file, INVENTORY, load } from "./cluster-files";

const FULL_INVENTORY = `domain: infra.example.com
domain_public: [example.com, example.org]
private_dir: ~/vault
ssh: { user: deploy, port: 2222, private_key_file: keys/id, known_hosts_file: /etc/known }
admins:
  - { name: bob, ssh_keys: [ssh-rsa AAAAB3Nz bob] }
  - { name: ada, ssh_keys: [ssh-ed25519 AAAAC3Nz ada] }
nodes:
  worker-1: { addresses: [10.0.0.2, "FD00:0:0::2"], groups: [ssd, big], ssh_address: worker.example.net, drain: true }
  core-1: { addresses: [10.0.0.1], groups: [core], skip: true }
  worker-2: { addresses: [10.0.0.3], groups: [ssd] }
x-note: [anything]
`;

const FULL_SERVICES = `x-defaults: &defaults
  user: web
  packages: [nginx, curl, curl]
web:
  <<: *defaults
  scheduling_group: ssd
  num_instances: 1
  rebalance: false
  service_credentials:
    - name: web
      enable_client: false
      extra_san: [www, "*.web"]
    - { name: api, server_cert_mode: both }
  monitoring_endpoints: [{ port: 9000, type: dynamic }, { job_name: app, port: 9001, scheme: http }]
  public_endpoints: [{ name: www, port: 8080, scheme: http }]
  containers:
    - { name: app, image: "app:1", port: 8080, docker_options: --init, args: -v, volumes: { /srv/b: /b, /srv/a: /a } }
  files: web
  systemd_services: [web.service, web-clean.timer, worker@1.service]
  environment: { VERSION: 1.10, MODE: 0644, DEBUG: true, NAME: web, EMPTY: "" }
  ports: [8443, 80]
  etcd_prefixes: [/web/]
  x-owner: me
plain:
etcd:
  environment: { ETCD_LOG_LEVEL: debug }
`;

const FILES = {
  "inventory.yml": FULL_INVENTORY,
  "services.yml": FULL_SERVICES,
  "files/web/usr/local/bin/web": file("#!/bin/sh\n", true),
  "files/web/etc/web.conf": "a=1\n",
};

function model(files: Parameters<typeof load>[0], options: Parameters<typeof load>[1] = {}): ClusterModel {
  const result = load(files, options);
  if (!result.ok) throw new Error(result.problems.map(formatProblem).join("\n"));
  return result.model;
}

function service(all: ClusterModel, name: string) {
  return all.services.find((candidate) => candidate.name === name);
}

describe("a valid cluster", () => {
  test("the inventory, with paths made absolute, addresses canonical and lists sorted", () => {
    const { services: _, ...rest } = model(FILES);
    expect(rest).toEqual({
      domain: "infra.example.com",
      domainPublic: ["example.com", "example.org"],
      privateDir: "/home/ada/vault",
      ssh: { user: "deploy", port: 2222, privateKeyFile: "/cluster/keys/id", knownHostsFile: "/etc/known" },
      logs: { keepDays: 30, keepBytes: 10_000_000_000, queueBytes: 1_000_000_000 },
      admins: [
        { name: "ada", sshKeys: ["ssh-ed25519 AAAAC3Nz ada"] },
        { name: "bob", sshKeys: ["ssh-rsa AAAAB3Nz bob"] },
      ],
      metrics: { keepDays: 15, keepBytes: 2_000_000_000 },
      receivers: [],
      nodes: [
        { name: "core-1", addresses: ["10.0.0.1"], sshAddress: "10.0.0.1", groups: ["core"], drain: false, skip: true },
        {
          name: "worker-1",
          addresses: ["10.0.0.2", "fd00::2"],
          sshAddress: "worker.example.net",
          groups: ["big", "ssd"],
          drain: true,
          skip: false,
        },
        { name: "worker-2", addresses: ["10.0.0.3"], sshAddress: "10.0.0.3", groups: ["ssd"], drain: false, skip: false },
      ],
    });
  });

  test("a service with every attribute", () => {
    expect(service(model(FILES), "web")).toEqual({
      name: "web",
      embedded: false,
      schedulingGroup: "ssd",
      numInstances: 1,
      rebalance: false,
      credentials: [
        { name: "api", enableClient: true, clientCertMode: "client", enableServer: true, serverCertMode: "both", extraSan: [] },
        {
          name: "web",
          enableClient: false,
          clientCertMode: "client",
          enableServer: true,
          serverCertMode: "server",
          extraSan: ["*.web", "www"],
        },
      ],
      monitoringEndpoints: [
        { jobName: "app", type: "static", port: 9001, scheme: "http" },
        { jobName: "web", type: "dynamic", port: 9000, scheme: "https" },
      ],
      publicEndpoints: [{ name: "www", type: "static", port: 8080, scheme: "http" }],
      containers: [
        { name: "app", image: "app:1", port: 8080, dockerOptions: "--init", args: "-v", volumes: { "/srv/a": "/a", "/srv/b": "/b" } },
      ],
      user: "web",
      packages: ["curl", "nginx"],
      files: [
        { path: "/etc/web.conf", content: Buffer.from("a=1\n"), executable: false },
        { path: "/usr/local/bin/web", content: Buffer.from("#!/bin/sh\n"), executable: true },
      ],
      systemdServices: ["web-clean.timer", "web.service", "worker@1.service"],
      environment: { DEBUG: "true", EMPTY: "", MODE: "0644", NAME: "web", VERSION: "1.10" },
      ports: [8443, 80],
      allowFrom: { 80: "all", 8080: "all", 8443: "all" },
      etcdPrefixes: ["/web/"],
    });
  });

  test("a service without attributes has the defaults", () => {
    expect(service(model(FILES), "plain")).toEqual({
      name: "plain",
      embedded: false,
      schedulingGroup: "all",
      numInstances: "all",
      rebalance: true,
      credentials: [],
      monitoringEndpoints: [],
      publicEndpoints: [],
      containers: [],
      user: "root",
      packages: [],
      files: [],
      systemdServices: [],
      environment: {},
      ports: [],
      allowFrom: {},
      etcdPrefixes: [],
    });
  });

  test("an embedded service keeps what is not adjusted; environment is merged by variable", () => {
    const etcd = service(model(FILES), "etcd");
    expect(etcd).toMatchObject({ embedded: true, schedulingGroup: "core", user: "etcd", ports: [2379, 2380] });
    expect(etcd?.environment).toEqual({ ETCD_LOG_LEVEL: "debug", ETCD_QUOTA: "2G" });
  });

  test("an embedded service's list is replaced as a whole", () => {
    expect(service(model({ "services.yml": "etcd: { ports: [4001] }\n" }), "etcd")?.ports).toEqual([4001]);
  });

  test("an embedded service wants no more instances than the cluster has hosts", () => {
    expect(service(model({}), "prometheus")?.numInstances).toBe(1);
    const three = INVENTORY.replace("groups: [ssd]", "groups: [core, ssd]");
    expect(service(model({ "inventory.yml": three }), "prometheus")?.numInstances).toBe(2);
  });

  test("without ssh and private_dir the vault lies beside the inventory", () => {
    const minimal = INVENTORY.replace(/^ssh.*\n/m, "");
    expect(model({ "inventory.yml": minimal })).toMatchObject({
      privateDir: "/cluster/private",
      ssh: { user: "root", port: 22, knownHostsFile: "/cluster/private/known_hosts" },
      domainPublic: ["example.com"],
      admins: [],
    });
  });

  test("included files, and files that these include", () => {
    const all = model({ "services.yml": "include: [a.yml]\n", "a.yml": "include: [teams/b.yml]\na:\n", "teams/b.yml": "b:\n" });
    expect(all.services.filter((candidate) => !candidate.embedded).map((candidate) => candidate.name)).toEqual(["a", "b"]);
  });

  test("two of the user's services may share a unit and a folder of files", () => {
    const text = "a: { systemd_services: [shared.service], files: web }\nb: { systemd_services: [shared.service], files: web }\n";
    const all = model({ "services.yml": text, "files/web/etc/web.conf": "x" });
    expect(service(all, "b")?.files).toEqual(service(all, "a")?.files);
  });

  test("nothing in the model can be changed", () => {
    const seen: unknown[] = [];
    const visit = (value: unknown) => {
      if (typeof value !== "object" || value === null || Buffer.isBuffer(value)) return;
      seen.push(value);
      expect(Object.isFrozen(value)).toBe(true);
      Object.values(value).forEach(visit);
    };
    visit(model(FILES));
    expect(seen.length).toBeGreaterThan(30);
  });
});

/** The same data with the keys of every map in another order. */
function shuffled(value: unknown, order: (keys: string[]) => string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, order));
  if (typeof value !== "object" || value === null) return value;
  const map = value as Record<string, unknown>;
  return Object.fromEntries(order(Object.keys(map)).map((key) => [key, shuffled(map[key], order)]));
}

test("the order of the input never matters", () => {
  // Written out as plain data, VERSION and MODE would lose their spelling: they are text here.
  const services = FULL_SERVICES.replace("1.10", '"1.10"').replace("0644", '"0644"');
  const plain = { "inventory.yml": parse(FULL_INVENTORY), "services.yml": parse(services, { merge: true }) };
  const expected = JSON.stringify(model(FILES));
  fc.assert(
    fc.property(fc.infiniteStream(fc.nat()), (numbers) => {
      const order = (keys: string[]) =>
        keys
          .map((key) => [numbers.next().value as number, key] as const)
          .sort(([a], [b]) => a - b)
          .map(([, key]) => key);
      const files = Object.fromEntries(Object.entries({ ...FILES }).reverse());
      for (const [name, data] of Object.entries(plain)) files[name] = stringify(shuffled(data, order));
      // As text, since toEqual does not see the order of keys.
      expect(JSON.stringify(model(files as typeof FILES))).toBe(expected);
    }),
    { numRuns: 50 },
  );
});
