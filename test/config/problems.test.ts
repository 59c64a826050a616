import { formatProblem } from "../../constructs/config";
import { file, load } from "./cluster-files";

type Files = Parameters<typeof load>[0];

const node = (text: string) => `domain: infra.example.com
domain_public: example.com
nodes:
  core-1: { addresses: [10.0.0.1], groups: [core] }
${text}`;
const head = (text: string) => `${text}
nodes:
  core-1: { addresses: [10.0.0.1], groups: [core] }
`;
const domains = "domain: infra.example.com\ndomain_public: example.com\n";

/** what -> the files, and every line that the user sees */
const CASES: Record<string, [Files, ...string[]]> = {
  "no inventory": [{ "inventory.yml": null }, "inventory.yml:1:1: missing; create it with domain, domain_public and nodes"],
  "no services.yml": [{ "services.yml": null }, "services.yml:1:1: missing; create it, empty if you have no services yet"],
  "an empty inventory": [
    { "inventory.yml": "" },
    "inventory.yml:1:1 domain: missing; add it, e.g. infra.example.com",
    "inventory.yml:1:1 domain_public: missing; add it, e.g. example.com",
    "inventory.yml:1:1 nodes: missing; add it, e.g. {core-1: {addresses: [10.0.0.1], groups: [core]}}",
  ],
  "limits of logs and metrics": [
    {
      "inventory.yml": node(
        "logs: { keep_days: 0, keep_bytes: 1000, queue_bytes: 1MB, keep: 1 }\nmetrics: { keep_days: 5d, keep_bytes: 2 GB }\n",
      ),
    },
    "inventory.yml:5:20 logs.keep_days: 0 is too few; 1 is the least",
    "inventory.yml:5:35 logs.keep_bytes: 1000 is no size; write e.g. 500MB or 2GB",
    'inventory.yml:5:54 logs.queue_bytes: "1MB" is too little; 50MB is the least',
    'inventory.yml:5:59 logs.keep: unknown key; did you mean "keep_days"?',
    'inventory.yml:6:23 metrics.keep_days: "5d" is no number of days; e.g. 15',
    'inventory.yml:6:39 metrics.keep_bytes: "2 GB" is no size; write e.g. 500MB or 2GB',
  ],
  "an inventory that is a list": [
    { "inventory.yml": "- a\n" },
    "inventory.yml:1:1: expected a map with domain, domain_public and nodes, found a list",
  ],
  "no UTF-8": [{ "services.yml": file(Buffer.from([0x77, 0xff, 0xfe])) }, "services.yml:1:1: not UTF-8 text; save it as UTF-8"],
  "broken YAML": [
    { "services.yml": "web:\n  ports: [80\nother:\n" },
    "services.yml:3:1: YAML is broken here: Flow sequence in block collection must be sufficiently indented and end with a ]",
  ],
  "a tab as indentation": [{ "services.yml": "web:\n\tports: [80]\n" }, "services.yml:2:1: a tab in the indentation; use spaces"],
  "a key twice": [
    { "services.yml": "web:\n  ports: [80]\n  user: web\n  ports: [81]\n" },
    "services.yml:4:3 web.ports: is on line 2 already; keep one",
  ],
  "a key twice in a list": [
    { "services.yml": "web:\n  containers:\n    - name: a\n      image: b\n      name: c\n" },
    "services.yml:5:7 web.containers[0].name: is on line 3 already; keep one",
  ],
  "a service twice": [{ "services.yml": "web:\nweb:\n" }, "services.yml:2:1 web: is on line 1 already; keep one"],
  "a merge of something else": [
    { "services.yml": "x-a: &a [1]\nweb:\n  <<: *a\n" },
    "services.yml:1:1: << takes a map or the alias of one; correct it",
  ],
  "aliases without end": [
    {
      "services.yml": `x-a: &a [1]\nx-b: &b [${"*a,".repeat(20)}]\nx-c: &c [${"*b,".repeat(20)}]\nweb: { ports: [*c] }\n`,
    },
    "services.yml:1:1: aliases (*name) expand without end; write the values out",
  ],
  "two documents": [{ "services.yml": "web:\n---\ndb:\n" }, "services.yml:2:1: a second document starts here; keep one per file"],
  "an alias without anchor": [
    { "services.yml": "web:\n  ports: *ports\n" },
    "services.yml:2:10: no anchor &ports before this alias; define it or write the value out",
  ],
  "an alias that contains itself": [
    { "services.yml": "web: &web\n  ports: [*web]\n" },
    "services.yml:2:11: the alias *web contains itself; write the value out",
  ],
  "a tag": [{ "services.yml": "web: !vault\n  user: a\n" }, "services.yml:1:6: an unknown tag (!name); write the plain value"],
  "a key that is a list": [{ "services.yml": "? [a]\n: {}\n" }, "services.yml:1:3: a key must be plain text; write a name"],
  "an unknown key, near a known one": [
    { "services.yml": "web:\n  num_instance: 2\n" },
    'services.yml:2:3 web.num_instance: unknown key; did you mean "num_instances"?',
  ],
  "an unknown key, far from all": [
    { "services.yml": "web:\n  public_endpoints:\n    - { name: w, port: 80, colour: red }\n" },
    "services.yml:3:28 web.public_endpoints[0].colour: unknown key; known are name, type, port, scheme",
  ],
  "an unknown key of the inventory": [
    { "inventory.yml": head(`${domains}private-dir: x`) },
    'inventory.yml:3:1 private-dir: unknown key; did you mean "private_dir"?',
  ],
  "an unknown value": [
    { "services.yml": "web:\n  monitoring_endpoints: [{ port: 80, type: dns }]\n" },
    'services.yml:2:44 web.monitoring_endpoints[0].type: found "dns", allowed are static, dynamic',
  ],
  "a value near a known one": [
    { "services.yml": "web:\n  service_credentials: [{ name: web, client_cert_mode: cleint }]\n" },
    'services.yml:2:56 web.service_credentials[0].client_cert_mode: found "cleint", allowed are client, server, both; did you mean "client"?',
  ],
  "a number where text belongs": [
    { "services.yml": "web:\n  scheduling_group: 5\n" },
    "services.yml:2:21 web.scheduling_group: expected text, found 5; put it in quotes",
  ],
  "text where a list belongs": [
    { "services.yml": "web:\n  packages: nginx\n" },
    'services.yml:2:13 web.packages: expected a list, found "nginx"; write [nginx]',
  ],
  "text where a service belongs": [
    { "services.yml": "web: nginx\n" },
    'services.yml:1:6 web: expected a map of the service\'s attributes, found "nginx"',
  ],
  "includes for include": [
    { "services.yml": "includes: [a.yml]\n" },
    'services.yml:1:11 includes: expected a map of the service\'s attributes, found a list; did you mean "include"?',
  ],
  "nothing where a list belongs": [
    { "services.yml": "web:\n  ports:\n" },
    "services.yml:2:3 web.ports: expected a list, found nothing; give it a value or remove the key",
  ],
  "a secret": [
    { "services.yml": "web:\n  environment:\n    TOKEN: { secret: token }\n" },
    "services.yml:3:12 web.environment.TOKEN: a secret cannot be given here; write the value, or remove it",
  ],
  "a missing attribute": [
    { "services.yml": "web:\n  containers:\n    - name: app\n" },
    "services.yml:3:7 web.containers[0].image: missing; add it, e.g. docker.io/library/redis:7",
  ],
  "a mistake inside a merged map": [
    { "services.yml": "x-d: &d\n  ports: [0]\nweb:\n  <<: *d\n" },
    "services.yml:2:11 web.ports[0]: 0 is no port; use a number from 1 to 65535",
  ],
  "a file to include is missing": [
    { "services.yml": "include:\n  - more.yml\n" },
    'services.yml:2:5 include[0]: "more.yml" is not in the configuration folder; create it or remove it here',
  ],
  "files that include each other": [
    { "services.yml": "include: [a.yml]\n", "a.yml": "include: [services.yml, b.yml]\n", "b.yml": "include: [a.yml]\n" },
    'a.yml:1:11 include[0]: "services.yml" cannot be included here: it comes first by itself; remove it',
    'b.yml:1:11 include[0]: "a.yml" cannot be included here: services.yml:1 includes it already; remove it',
  ],
  "a file outside of the folder": [
    { "services.yml": "include: [../a.yml, /b.yml]\n" },
    'services.yml:1:11 include[0]: "../a.yml" is no file of the configuration folder; give its path inside it',
    'services.yml:1:21 include[1]: "/b.yml" is no file of the configuration folder; give its path inside it',
  ],
  "one service in two files": [
    { "services.yml": "include: [a.yml]\nweb:\n", "a.yml": "\nweb:\n" },
    "a.yml:2:1 web: the service is also in services.yml:2; keep one",
  ],
  "an attribute that minicluster decides": [
    { "services.yml": "etcd: { num_instances: 1 }\n" },
    "services.yml:1:9 etcd.num_instances: minicluster decides this for etcd; remove it",
  ],

  "names of nodes": [
    {
      "inventory.yml": node(
        "  Worker: { addresses: [10.0.0.2] }\n  web-: { addresses: [10.0.0.3] }\n  a234567890123456789012345678901b: { addresses: [10.0.0.4] }\n",
      ),
    },
    'inventory.yml:5:3 nodes.Worker: "Worker" is no valid name; use lower-case letters, digits and dashes, first a letter, last no dash',
    'inventory.yml:6:3 nodes.web-: "web-" is no valid name; use lower-case letters, digits and dashes, first a letter, last no dash',
    'inventory.yml:7:3 nodes.a234567890123456789012345678901b: "a234567890123456789012345678901b" has 32 characters; 31 is the most',
  ],
  "names of services": [
    { "services.yml": "my_web:\n9web:\n" },
    'services.yml:1:1 my_web: "my_web" is no valid name; use lower-case letters, digits and dashes, first a letter, last no dash',
    'services.yml:2:1 9web: "9web" is no valid name; use lower-case letters, digits and dashes, first a letter, last no dash',
  ],
  domains: [
    { "inventory.yml": head("domain: Infra.example.com\ndomain_public: [example.com, example.org., local, 10.0.0.1]") },
    'inventory.yml:1:9 domain: "Infra.example.com" has capitals; write it in lower case',
    'inventory.yml:2:30 domain_public[1]: "example.org." ends with a dot; leave it out',
    'inventory.yml:2:44 domain_public[2]: "local" has one label only; use at least two, e.g. infra.example.com',
    'inventory.yml:2:51 domain_public[3]: "10.0.0.1" is no domain; use labels of letters, digits and dashes, e.g. infra.example.com',
  ],
  "no domain": [
    { "inventory.yml": head("domain_public: example.com") },
    "inventory.yml:1:1 domain: missing; add it, e.g. infra.example.com",
  ],
  "addresses that are none": [
    { "inventory.yml": node("  a: { addresses: [node.example.com, 10.0.0.300, fe80::1%eth0], ssh_address: a_b }\n") },
    'inventory.yml:5:20 nodes.a.addresses[0]: "node.example.com" is no IP address; a host name can be ssh_address only',
    'inventory.yml:5:38 nodes.a.addresses[1]: "10.0.0.300" is no IP address',
    'inventory.yml:5:50 nodes.a.addresses[2]: "fe80::1%eth0" is no IP address',
    'inventory.yml:5:78 nodes.a.ssh_address: "a_b" is no IP address or host name',
  ],
  "addresses that nobody reaches": [
    { "inventory.yml": node('  a: { addresses: [127.0.0.1, 0.0.0.0, 224.0.0.1, 169.254.1.1, "::1", "FE80::1", "::ffff:10.0.0.1"] }\n') },
    'inventory.yml:5:20 nodes.a.addresses[0]: "127.0.0.1" is a loopback address; give the one at which other nodes reach it',
    'inventory.yml:5:31 nodes.a.addresses[1]: "0.0.0.0" is no machine\'s address; give the one at which other nodes reach it',
    'inventory.yml:5:40 nodes.a.addresses[2]: "224.0.0.1" is no address of one machine; give the one at which other nodes reach it',
    'inventory.yml:5:51 nodes.a.addresses[3]: "169.254.1.1" is a link-local address; give the one at which other nodes reach it',
    'inventory.yml:5:64 nodes.a.addresses[4]: "::1" is a loopback address; give the one at which other nodes reach it',
    'inventory.yml:5:71 nodes.a.addresses[5]: "FE80::1" is a link-local address; give the one at which other nodes reach it',
    'inventory.yml:5:82 nodes.a.addresses[6]: "::ffff:10.0.0.1" is an IPv4 address written as IPv6; give the one at which other nodes reach it',
  ],
  "no addresses": [
    { "inventory.yml": node("  a:\n  b: { addresses: [] }\n") },
    "inventory.yml:5:3 nodes.a.addresses: missing; add it, e.g. [10.0.0.1]",
    "inventory.yml:6:19 nodes.b.addresses: an empty list; give at least one address",
  ],
  "one address on two nodes": [
    { "inventory.yml": node('  a: { addresses: [10.0.0.1, "fd00::1"] }\n  b: { addresses: ["FD00:0::1", 10.0.0.3, 10.0.0.3] }\n') },
    'inventory.yml:5:20 nodes.a.addresses[0]: "10.0.0.1" is core-1\'s already; give each node its own',
    'inventory.yml:6:20 nodes.b.addresses[0]: "fd00::1" is a\'s already; give each node its own',
    'inventory.yml:6:43 nodes.b.addresses[2]: "10.0.0.3" is there twice; keep one',
  ],
  "one SSH address for two nodes": [
    {
      "inventory.yml": node(
        "  a: { addresses: [10.0.0.2], ssh_address: jump.example.com }\n  b: { addresses: [10.0.0.3], ssh_address: jump.example.com }\n  c: { addresses: [10.0.0.4], ssh_address: 10.0.0.2 }\n",
      ),
    },
    'inventory.yml:6:44 nodes.b.ssh_address: "jump.example.com" is a\'s already; give each node its own',
    'inventory.yml:7:44 nodes.c.ssh_address: "10.0.0.2" is a\'s already; give each node its own',
  ],
  "no core node": [
    { "inventory.yml": `${domains}nodes:\n  a: { addresses: [10.0.0.1] }\n` },
    'inventory.yml:3:1 nodes: no node is in the group "core"; put 1, 3 or 5 nodes into it with groups: [core]',
  ],
  "the group all": [
    { "inventory.yml": node("  a: { addresses: [10.0.0.2], groups: [all, SSD] }\n") },
    'inventory.yml:5:40 nodes.a.groups[0]: every node is in "all"; remove it',
    'inventory.yml:5:45 nodes.a.groups[1]: "SSD" is no valid name; use lower-case letters, digits and dashes, first a letter, last no dash',
  ],
  SSH: [
    { "inventory.yml": head(`${domains}ssh: { user: Root, port: 0, private_key_file: ~bob/key }`) },
    'inventory.yml:3:14 ssh.user: "Root" is no Linux user name; use lower-case letters, digits, dashes and underscores',
    "inventory.yml:3:26 ssh.port: 0 is no port; use a number from 1 to 65535",
    'inventory.yml:3:47 ssh.private_key_file: "~bob/key": only ~/ stands for a home; write the path out',
  ],
  "a public key for a private one": [
    { "inventory.yml": head(`${domains}ssh: { private_key_file: ~/.ssh/id.pub }`) },
    'inventory.yml:3:26 ssh.private_key_file: "~/.ssh/id.pub" is a public key; name the private one',
  ],
  "keys of admins": [
    {
      "inventory.yml": head(
        `${domains}admins:\n  - { name: ada, ssh_keys: [ssh-ed25519, "-----BEGIN OPENSSH PRIVATE KEY-----"] }\n  - { name: ada, ssh_keys: [] }`,
      ),
    },
    'inventory.yml:4:29 admins[0].ssh_keys[0]: "ssh-ed25519" is no public key; give a line of a .pub file: ssh-ed25519 AAAA... comment',
    "inventory.yml:4:42 admins[0].ssh_keys[1]: this is a private key; put the line of its .pub file here, and make a new key",
    "inventory.yml:5:28 admins[1].ssh_keys: an empty list; add a public key or remove the admin",
  ],
  "an admin twice": [
    {
      "inventory.yml": head(
        `${domains}admins:\n  - { name: ada, ssh_keys: [ssh-ed25519 AAAAC3Nz ada] }\n  - { name: ada, ssh_keys: [ssh-ed25519 AAAAC3Nz ada] }`,
      ),
    },
    'inventory.yml:5:13 admins[1].name: the admin "ada" is there twice; put all keys into one',
  ],
  "a vault that is the configuration": [
    { "inventory.yml": head(`${domains}private_dir: .`) },
    'inventory.yml:3:14 private_dir: "." is the configuration folder itself; name a folder for the vault alone',
  ],

  "an unknown group": [
    { "services.yml": "web: { scheduling_group: sdd }\ndb: { scheduling_group: memory }\n" },
    'services.yml:1:26 web.scheduling_group: no node is in the group "sdd"; did you mean "ssd"?',
    'services.yml:2:25 db.scheduling_group: no node is in the group "memory"; known are all, core, ssd',
  ],
  "more instances than nodes": [
    { "services.yml": "web:\n  scheduling_group: ssd\n  num_instances: 4\n" },
    'services.yml:3:18 web.num_instances: 4 instances wanted, group "ssd" has 1 node; lower it or add nodes',
  ],
  "more instances than nodes that are not drained": [
    { "inventory.yml": node("  a: { addresses: [10.0.0.2], drain: true }\n"), "services.yml": "web: { num_instances: 2 }\n" },
    'services.yml:1:23 web.num_instances: 2 instances wanted, group "all" has 2 nodes, 1 of them drained; lower it or add nodes',
  ],
  "no instances": [
    { "services.yml": "a: { num_instances: 0 }\nb: { num_instances: some }\nc: { num_instances: 1.5 }\n" },
    'services.yml:1:21 a.num_instances: 0 is too few; use 1 or more, or "all"',
    'services.yml:2:21 b.num_instances: expected "all" or a whole number, found "some"',
    'services.yml:3:21 c.num_instances: expected "all" or a whole number, found 1.5',
  ],
  "whom to let in": [
    {
      "inventory.yml": node("ssh: { allow_from: [10.0.0.1/8, 10.0.0.0/33, office, 192.0.2.7] }\n"),
      "services.yml":
        "web: { ports: [80], allow_from: [webb, etcd] }\ndb: { ports: [81], allow_from: { 81: [web], 82: all } }\napp: { allow_from: some }\n",
    },
    'inventory.yml:5:21 ssh.allow_from[0]: "10.0.0.1/8" is an address with the length of a network; write one or the other',
    'inventory.yml:5:33 ssh.allow_from[1]: "10.0.0.0/33" is no IP address or network; e.g. 192.0.2.0/24',
    'inventory.yml:5:46 ssh.allow_from[2]: "office" is no IP address or network; e.g. 192.0.2.0/24',
    'services.yml:1:34 web.allow_from[0]: no service is named "webb"; did you mean "web"?',
    "services.yml:2:49 db.allow_from.82: the service does not listen on 82; add it to ports, or remove it here",
    'services.yml:3:20 app.allow_from: found "some"; write all, everywhere, a list of services, or one of these for each port, e.g. {8080: [web]}',
  ],
  "nobody to let in": [
    { "inventory.yml": node("ssh: { allow_from: [] }\n") },
    "inventory.yml:5:20 ssh.allow_from: an empty list would let nobody in; name an address or remove the key",
  ],
  "all core nodes drained": [
    { "inventory.yml": `${domains}nodes:\n  a: { addresses: [10.0.0.1], groups: [core], drain: true }\n` },
    'inventory.yml:3:1 nodes: every node of the group "core" is drained, prometheus needs one; remove drain from one',
  ],
  "an embedded service's name for a credential": [
    { "services.yml": "web:\n  service_credentials:\n    - name: etcd\n" },
    'services.yml:3:13 web.service_credentials[0].name: "etcd" belongs to the embedded service etcd; choose another name',
  ],
  "an embedded service's name for a node": [
    { "inventory.yml": node("  etcd: { addresses: [10.0.0.2] }\n") },
    'inventory.yml:5:3 nodes.etcd: "etcd" belongs to the embedded service etcd; choose another name',
  ],
  "an embedded service's name by extra_san": [
    {
      "services.yml":
        'web:\n  service_credentials:\n    - name: web\n      extra_san: [etcd, core-1.etcd, "*.etcd", worker-1, "*", www.web, api]\n',
    },
    'services.yml:4:19 web.service_credentials[0].extra_san[0]: "etcd" belongs to the embedded service etcd; choose another name',
    'services.yml:4:25 web.service_credentials[0].extra_san[1]: "core-1.etcd": "etcd" belongs to the embedded service etcd; choose another name',
    'services.yml:4:38 web.service_credentials[0].extra_san[2]: "*.etcd": "etcd" belongs to the embedded service etcd; choose another name',
    'services.yml:4:48 web.service_credentials[0].extra_san[3]: "worker-1" belongs to the node worker-1; choose another name',
    'services.yml:4:58 web.service_credentials[0].extra_san[4]: "*" would cover every name of the cluster; name the ones you need',
  ],
  "a name that a container takes": [
    { "services.yml": "web: { containers: [{ name: app, image: app }] }\nweb-app:\n" },
    'services.yml:1:29 web.containers[0].name: "web-app" belongs to the service web-app; choose another name',
  ],
  "a credential of another service": [
    { "services.yml": "a: { service_credentials: [{ name: shared }] }\nb: { service_credentials: [{ name: shared }] }\n" },
    'services.yml:2:36 b.service_credentials[0].name: "shared" belongs to the service a; choose another name',
  ],
  "reserved names": [
    { "services.yml": "any:\ngateway:\nweb: { service_credentials: [{ name: dns }] }\n" },
    'services.yml:1:1 any: "any" is reserved; choose another name',
    'services.yml:2:1 gateway: "gateway" is reserved; choose another name',
    'services.yml:3:38 web.service_credentials[0].name: "dns" is reserved; choose another name',
  ],
  "a credential twice": [
    { "services.yml": "web: { service_credentials: [{ name: web }, { name: web }] }\n" },
    'services.yml:1:53 web.service_credentials[1].name: the credential "web" is there twice; rename or remove one',
  ],
  "a container twice": [
    { "services.yml": "web: { containers: [{ name: a, image: i, port: 80 }, { name: a, image: i, port: 80 }] }\n" },
    'services.yml:1:62 web.containers[1].name: the container "a" is there twice; rename or remove one',
    "services.yml:1:81 web.containers[1].port: port 80 is the container a's too; both run on one host, change one",
  ],
  "long names": [
    {
      "inventory.yml": head("domain: a23456789.b23456789.c23456789.d23456789.example.com\ndomain_public: example.com"),
      "services.yml": `long-name-here:\n  service_credentials: [{ name: long-name-here }]\nweb:\n  service_credentials: [{ name: web-extra-long }]\n  containers: [{ name: ${"a".repeat(60)}, image: i }]\n  user: ${"u".repeat(32)}\n`,
    },
    'inventory.yml:1:9 domain: "node-exporter.a23456789.b23456789.c23456789.d23456789.example.com" has 65 characters, a certificate\'s common name holds 64; shorten the domain',
    "services.yml:1:1 long-name-here: \"long-name-here.a23456789.b23456789.c23456789.d23456789.example.com\" has 66 characters, a certificate's common name holds 64; shorten the service's name or the domain",
    'services.yml:4:33 web.service_credentials[0].name: "web-extra-long.a23456789.b23456789.c23456789.d23456789.example.com" has 66 characters, a certificate\'s common name holds 64; shorten it or the domain',
    'services.yml:5:24 web.containers[0].name: "web-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" has 64 characters, a DNS label holds 63; shorten one of both',
    'services.yml:6:9 web.user: "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu" has 32 characters; a Linux user name holds 31',
  ],
  "a domain that leaves no room": [
    { "inventory.yml": head(`domain: ${"a".repeat(50)}.example.com\ndomain_public: example.com`) },
    'inventory.yml:1:9 domain: "node-exporter.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example.com" has 76 characters, a certificate\'s common name holds 64; shorten the domain',
  ],
  "extra_san with the domain": [
    { "services.yml": "web: { service_credentials: [{ name: web, extra_san: [www.infra.example.com] }] }\n" },
    'services.yml:1:55 web.service_credentials[0].extra_san[0]: "www.infra.example.com" has the domain already, which is appended; leave it out',
  ],
  "a public name twice": [
    { "services.yml": "a: { public_endpoints: [{ name: www, port: 80 }] }\nb: { public_endpoints: [{ name: www, port: 81 }] }\n" },
    'services.yml:2:33 b.public_endpoints[0].name: the public name "www" is a\'s already; choose another',
  ],
  "two services on one port of every host": [
    { "services.yml": "a: { ports: [80] }\nb: { scheduling_group: ssd, ports: [80, 9100] }\nc: { ports: [80], num_instances: 1 }\n" },
    "services.yml:2:37 b.ports[0]: port 80 is a's too, and both run on worker-1; change one, or the group of one",
    "services.yml:2:41 b.ports[1]: port 9100 is node-exporter's too, and both run on worker-1; change one, or the group of one",
  ],
  "where a service runs is unknown: nothing more is said of its ports": [
    { "services.yml": "a: { ports: [80] }\nb: { ports: [80], num_instances: two }\n" },
    'services.yml:2:34 b.num_instances: expected "all" or a whole number, found "two"',
  ],
  "a port twice": [{ "services.yml": "a: { ports: [80, 80] }\n" }, "services.yml:1:18 a.ports[1]: port 80 is there twice; keep one"],
  "ports that are none": [
    { "services.yml": "a: { ports: [0, 65536, ssh, 1.5] }\n" },
    "services.yml:1:14 a.ports[0]: 0 is no port; use a number from 1 to 65535",
    "services.yml:1:17 a.ports[1]: 65536 is no port; use a number from 1 to 65535",
    'services.yml:1:24 a.ports[2]: "ssh" is no port; use a number from 1 to 65535',
    "services.yml:1:29 a.ports[3]: 1.5 is no port; use a number from 1 to 65535",
  ],
  units: [
    { "services.yml": 'a: { systemd_services: [web, "web@.service", "we b.service", etcd.service, ssh.service, web@1.service] }\n' },
    'services.yml:1:25 a.systemd_services[0]: "web" has no suffix; write "web.service"',
    'services.yml:1:30 a.systemd_services[1]: "web@.service" is a template; name an instance, e.g. "web@1.service"',
    'services.yml:1:46 a.systemd_services[2]: "we b.service" is no unit name; it ends in one of .service, .timer, .socket, .path, .mount, .target',
    'services.yml:1:62 a.systemd_services[3]: "etcd.service" belongs to the embedded service etcd; name your own',
    'services.yml:1:76 a.systemd_services[4]: "ssh.service" belongs to Debian, and would stop where the service leaves; name your own',
  ],
  "an embedded service's user": [
    { "services.yml": "a: { user: etcd }\n" },
    'services.yml:1:12 a.user: "etcd" is the user of the embedded service etcd and can read its keys; choose another',
  ],
  "prefixes of etcd": [
    { "services.yml": "a: { etcd_prefixes: [web, /sky, /prometheus] }\nb: { etcd_prefixes: [/b] }\nc: { etcd_prefixes: [/bc/, /b/c] }\n" },
    'services.yml:1:22 a.etcd_prefixes[0]: "web" does not start with "/"; e.g. /web/',
    'services.yml:1:27 a.etcd_prefixes[1]: "/sky" reaches into /skydns, where the cluster\'s names are; choose another',
    'services.yml:1:33 a.etcd_prefixes[2]: "/prometheus" overlaps "/prometheus/" of prometheus; choose another',
    'services.yml:3:22 c.etcd_prefixes[0]: "/bc/" overlaps "/b" of b; choose another, or end both with "/"',
    'services.yml:3:28 c.etcd_prefixes[1]: "/b/c" overlaps "/b" of b; choose another',
  ],
  packages: [
    { "services.yml": "a: { packages: [nginx=1.26, Nginx] }\n" },
    'services.yml:1:17 a.packages[0]: "nginx=1.26" names a version, release or architecture; give the package\'s name alone',
    'services.yml:1:29 a.packages[1]: "Nginx" is no Debian package name',
  ],
  environment: [
    { "services.yml": 'a: { environment: { A-B: x, OK: 1, LINES: "a\\nb", NONE: } }\n' },
    'services.yml:1:21 a.environment.A-B: "A-B" is no variable name; use letters, digits and underscores',
    'services.yml:1:43 a.environment.LINES: "a\\nb" holds a line break or control character; write it on one line',
    'services.yml:1:51 a.environment.NONE: expected text, found nothing; write "" for an empty value',
  ],
  volumes: [
    { "services.yml": "a: { containers: [{ name: a, image: i, volumes: { data: /data, /a: /data/../b, /c: /x, /d: /x } }] }\n" },
    'services.yml:1:51 a.containers[0].volumes.data: "data" is not absolute; start it with "/"',
    'services.yml:1:68 a.containers[0].volumes./a: "/data/../b" is no plain path; no "..", "//", ":", "," or space, no slash at the end',
  ],
  "a folder that is missing": [
    { "services.yml": "web: { files: web }\n" },
    "services.yml:1:15 web.files: the folder files/web is missing or empty; create it or remove this",
  ],
  "files: true": [
    { "services.yml": "web: { files: true }\n" },
    "services.yml:1:15 web.files: expected the name of a folder of files/, found true; e.g. files: web",
  ],
  "files that may not be": [
    {
      "services.yml": "web:\n  files: web\n",
      "files/web/etc/credentials/x509/ca.pem": "x",
      "files/web/lib/a": "x",
      "files/web/opt/big": file(Buffer.alloc(1024 * 1024 + 1)),
      "files/web/opt/t\tb": "x",
    },
    "services.yml:2:10 web.files: files/web/etc/credentials/x509/ca.pem may not go to /etc/credentials: minicluster writes keys and certificates there",
    "services.yml:2:10 web.files: files/web/lib/a may not go to /lib: a link on Debian; use /usr/lib or /etc",
    "services.yml:2:10 web.files: files/web/opt/big has 1.01 MB, 1 MB is the most; make it a package",
    'services.yml:2:10 web.files: "files/web/opt/t\\tb" has a tab, line break or control character in its name; rename it',
  ],
  "a file where another service has a folder": [
    { "services.yml": "a: { files: a }\nb: { files: b }\n", "files/a/etc/x/y": "1", "files/b/etc/x": "2" },
    "services.yml:1:13 a.files: files/a/etc/x/y needs a folder where files/b/etc/x is a file; rename one",
  ],
  "two contents at one path": [
    { "services.yml": "a: { files: a }\nb: { files: b }\n", "files/a/etc/x": "1", "files/b/etc/x": "2" },
    "services.yml:2:13 b.files: files/b/etc/x differs from files/a/etc/x; a path has one content, keep one",
  ],
  "both files at once, sorted": [
    { "inventory.yml": node("  a: { addresses: [x], drain: maybe }\n"), "services.yml": "web:\n  user: WEB\n  ports: [80, 80]\n" },
    'inventory.yml:5:20 nodes.a.addresses[0]: "x" is no IP address; a host name can be ssh_address only',
    'inventory.yml:5:31 nodes.a.drain: expected true or false, found "maybe"',
    'services.yml:2:9 web.user: "WEB" is no Linux user name; use lower-case letters, digits, dashes and underscores',
    "services.yml:3:15 web.ports[1]: port 80 is there twice; keep one",
  ],
};

describe("every mistake is told with its place, and what to do", () => {
  test.each(Object.entries(CASES))("%s", (_, [files, ...expected]) => {
    const result = load(files);
    expect(result.ok ? [] : result.problems.map(formatProblem)).toEqual(expected);
  });
});
