import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256 } from "../../constructs/payload/manifest";

const BIN = join(__dirname, "../../cli/bin.js");
const INVENTORY = `
domain: infra.example.com
domain_public: example.com
private_dir: private
ssh: { private_key_file: private/id_ed25519 }
nodes:
  core-1: { addresses: [10.0.0.1], ssh_address: 127.0.0.1, groups: [core] }
`;
const SERVICES = "web: { num_instances: 1, files: web, ports: [8080], systemd_services: [web.service] }\n";

let folder: string;
let config: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "minicluster-test-"));
  config = join(folder, "config");
  mkdirSync(join(config, "files/web/usr/local/bin"), { recursive: true });
  writeFileSync(join(config, "files/web/usr/local/bin/web"), "#!/bin/sh\n");
  chmodSync(join(config, "files/web/usr/local/bin/web"), 0o755);
  writeFileSync(join(config, "inventory.yml"), INVENTORY);
  writeFileSync(join(config, "services.yml"), SERVICES);
});
afterEach(() => rmSync(folder, { recursive: true }));

function minicluster(...args: string[]) {
  const environment = { ...process.env, MINICLUSTER_CONFIG: config };
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], { encoding: "utf8", env: environment });
  return { status, stdout, stderr };
}

describe("mistakes are one message, and no stack trace", () => {
  test.each([
    [
      ["foo"],
      1,
      "no command is named foo; commands: status, doctor, logs, place, firewall, render, diff, schema, trust, ssh, open, redeliver, rollback\n",
    ],
    [["status", "core-9"], 1, "no node is named core-9; nodes: core-1\n"],
    [["diff", "core-9", "x"], 2, "no node is named core-9 or x; nodes: core-1\n"],
    [["diff", "--nope"], 2, "unknown option '--nope'\n"],
    [["render"], 1, "missing required argument 'node'\n"],
    [["render", "core-1", "--out", "x", "--cloud-config"], 1, "option '--out <dir>' cannot be used with option '--cloud-config'\n"],
    [["trust", "core-1", "core-1", "--fingerprint", "x"], 1, "--fingerprint is one machine's; name one node\n"],
    [["redeliver", "core-9"], 1, "no node is named core-9; nodes: core-1\n"],
  ])("%j", (args, status, message) => expect(minicluster(...args)).toEqual({ status, stdout: "", stderr: message }));

  test("a mistake in the YAML names its place; --config stands before the command or after", () => {
    const other = join(folder, "other");
    mkdirSync(other);
    writeFileSync(join(other, "inventory.yml"), INVENTORY);
    writeFileSync(join(other, "services.yml"), "web: { num_instances: many }\n");
    for (const args of [
      ["--config", other, "place"],
      ["place", "--config", other],
    ]) {
      const { status, stderr } = minicluster(...args);
      expect(status).toBe(1);
      expect(stderr).toMatch(/^services\.yml:1:\d+ web\.num_instances: .*\n$/);
    }
    expect(minicluster("--config", other, "diff").status).toBe(2);
  });

  test("a node that nobody has trusted: what to do", () => {
    const expected = `core-1: no host key of 127.0.0.1 in ${config}/private/known_hosts; compare its fingerprint and run: npx minicluster trust core-1\n`;
    expect(minicluster("ssh", "core-1", "ls", "-la").stderr).toBe(expected);
    expect(minicluster("rollback", "core-1").stderr).toBe(expected);
  });

  test("a vault without its state is refused", () => {
    mkdirSync(join(config, "private"));
    writeFileSync(join(config, "private/founded"), "");
    const { status, stderr } = minicluster("place");
    expect(status).toBe(1);
    expect(stderr).toMatch(/terraform\.tfstate: the state is missing.*\n$/);
  });
});

test("place says what runs where, and why", () => {
  const { status, stdout } = minicluster("place");
  expect(status).toBe(0);
  expect(stdout).toMatch(/^etcd +every node \(1\)$/m);
  expect(stdout).toMatch(/^web +1 +core-1 +highest rendezvous score$/m);
  expect(stdout).toContain("no record of an earlier deploy");
  const report = JSON.parse(minicluster("place", "--json").stdout);
  expect(report).toMatchObject({
    domain: "infra.example.com",
    recorded: false,
    services: { web: { group: "all", instances: 1, hosts: ["core-1"] } },
    moves: [],
  });
});

test("firewall says what is open, from where", () => {
  const { status, stdout } = minicluster("firewall");
  expect(status).toBe(0);
  expect(stdout).toMatch(/^core-1 +22 +tcp +everywhere +SSH$/m);
  expect(stdout).toMatch(/^ +2380 +tcp +nodes of etcd +etcd$/m);
  const report = JSON.parse(minicluster("firewall", "--json").stdout);
  expect(report.domain).toBe("infra.example.com");
  expect(report.ports[0]).toEqual({
    node: "core-1",
    port: 22,
    protocol: "tcp",
    from: "everywhere",
    sources: ["0.0.0.0/0", "::/0"],
    why: "SSH",
  });
});

describe("render", () => {
  test("lists what a node should hold, and writes nothing", () => {
    const { status, stdout } = minicluster("render", "core-1");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^0755 +root:root +10 B +\/usr\/local\/bin\/web -> web\.service$/m);
    expect(stdout).toMatch(/^etcd\.service +120 s /m);
    expect(stdout).toMatch(/^etcd +\/etc\/credentials\/etcd\/etcd CN=etcd@core-1 /m);
    expect(existsSync(join(config, "private"))).toBe(false);
  });

  test("writes the tree with its modes, and the manifest; again without a trace of what left", () => {
    const out = join(folder, "out");
    expect(minicluster("render", "core-1", "--out", out).status).toBe(0);
    const program = join(out, "usr/local/bin/web");
    expect(statSync(program).mode & 0o777).toBe(0o755);
    const manifest = readFileSync(join(out, "manifest"), "utf8");
    expect(manifest).toContain(`file\t/usr/local/bin/web\t${sha256("#!/bin/sh\n")}\t0755\troot\troot\tweb.service\t-\n`);
    expect(existsSync(join(out, "etc/credentials"))).toBe(false);

    writeFileSync(join(out, "mine"), "stays");
    writeFileSync(join(config, "services.yml"), "");
    expect(minicluster("render", "core-1", "--out", out).status).toBe(0);
    expect(existsSync(program)).toBe(false);
    expect(readFileSync(join(out, "mine"), "utf8")).toBe("stays");
  });

  test("touches no folder that is somebody else's", () => {
    const { status, stderr } = minicluster("render", "core-1", "--out", config);
    expect([status, stderr]).toEqual([1, `${config} is not empty and no earlier render; give another folder, or empty it\n`]);
  });

  test("a manifest that leads out of the folder is not followed", () => {
    const out = join(folder, "out");
    mkdirSync(out);
    writeFileSync(join(folder, "precious"), "");
    writeFileSync(join(out, "manifest"), "minicluster\t1\nfile\t/../precious\tx\t0644\troot\troot\t-\t-\n");
    expect(minicluster("render", "core-1", "--out", out).status).toBe(1);
    expect(existsSync(join(folder, "precious"))).toBe(true);
  });

  test("--cloud-config is for the first boot", () => {
    const { status, stdout } = minicluster("render", "core-1", "--cloud-config");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^#cloud-config\nhostname: core-1\n/);
  });
});

test("redeliver counts, and says what the next deploy does", () => {
  expect(minicluster("redeliver", "core-1").stdout).toContain(
    "core-1: the next npx cdktf deploy delivers everything to it anew (request 1)",
  );
  expect(minicluster("redeliver", "core-1").stdout).toContain("(request 2)");
  expect(JSON.parse(readFileSync(join(config, "private/redeliver.json"), "utf8"))).toEqual({ "core-1": 2 });
});

test("schema is a JSON Schema, and needs no configuration", () => {
  rmSync(config, { recursive: true });
  expect(JSON.parse(minicluster("schema", "inventory").stdout)).toMatchObject({ type: "object", properties: { nodes: {} } });
  expect(JSON.parse(minicluster("schema").stdout)).toMatchObject({ title: "minicluster services.yml" });
});

test("status of a node that does not answer is a row, and exit code 1", () => {
  mkdirSync(join(config, "private"));
  // Port 1 of this machine: refused at once.
  writeFileSync(join(config, "inventory.yml"), INVENTORY.replace("ssh: {", "ssh: { port: 1,"));
  const { status, stdout } = minicluster("status", "--json");
  expect(status).toBe(1);
  const report = JSON.parse(stdout);
  expect(report.nodes["core-1"]).toMatchObject({ reachable: false, error: "connect to host 127.0.0.1 port 1: Connection refused" });
  expect(report.etcd.members).toMatchObject([{ name: "core-1", healthy: false, leader: false }]);
  const difference = minicluster("diff");
  expect(difference).toEqual({ status: 2, stdout: "", stderr: "core-1: connect to host 127.0.0.1 port 1: Connection refused\n" });
});

test("help and the version come without loading a command", () => {
  expect(minicluster("--version")).toMatchObject({ status: 0, stdout: "0.1.0\n" });
  expect(minicluster("--help")).toMatchObject({ status: 0, stderr: "" });
});
