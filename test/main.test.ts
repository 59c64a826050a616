import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROJECT } from "../edge/read-sources";

/** Every description here leaves out who hears of alerts. */
const OF_ALERTS = /^warning alerts-(unheard|no-deadman): .*\n/gm;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "minicluster-main-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const INVENTORY = `domain: infra.example.com
domain_public: example.com
ssh: { private_key_file: private/id }
nodes:
  core-1: { addresses: [10.0.0.1], groups: [core] }
  worker-1: { addresses: [10.0.0.9], skip: true }
`;
const KNOWN = "10.0.0.1 ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY=\n";

function synth(files: Record<string, string>) {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, "config", path, ".."), { recursive: true });
    writeFileSync(join(folder, "config", path), content);
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--require", "tsx/cjs", "main.ts"], {
    cwd: PROJECT,
    encoding: "utf8",
    env: { ...process.env, MINICLUSTER_CONFIG: join(folder, "config"), CDKTF_OUTDIR: join(folder, "out") },
  });
  return { status, stdout, stderr: stderr.replaceAll(folder, "").replace(OF_ALERTS, "") };
}

test("mistakes are printed as they are, all at once, and nothing is written", () => {
  const { status, stderr } = synth({ "inventory.yml": INVENTORY, "services.yml": "web: { num_instances: 4 }\napi: { prots: [80] }\n" });
  expect(status).toBe(1);
  expect(stderr.trim().split("\n")).toEqual([
    'services.yml:1:23 web.num_instances: 4 instances wanted, group "all" has 2 nodes; lower it or add nodes',
    expect.stringMatching(/^services\.yml:2:8 api\.prots: .*ports/),
  ]);
  expect(readdirSync(folder)).toEqual(["config"]);
  expect(existsSync(join(folder, "config/private"))).toBe(false);
});

test("a host that nobody has trusted is an error that says how; one that is skipped needs no key", () => {
  const { status, stderr } = synth({ "inventory.yml": INVENTORY, "services.yml": "" });
  expect(status).toBe(1);
  expect(stderr).toBe(
    "core-1: no host key of 10.0.0.1 in /config/private/known_hosts; compare its fingerprint and run: npx minicluster trust core-1\n",
  );
  expect(existsSync(join(folder, "out"))).toBe(false);
});

test("what is written is readable by its owner alone, and a plan has nowhere to stay", () => {
  const { status, stderr } = synth({ "inventory.yml": INVENTORY, "services.yml": "", "private/known_hosts": KNOWN });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  const mode = (path: string) => (statSync(join(folder, path)).mode & 0o777).toString(8);
  expect([mode("out"), mode("config/private"), mode("config/private/terraform.tfstate")]).toEqual(["700", "700", "600"]);
  expect(mode("out/stacks/infra-example-com/bundles/infra-example-com_cluster_nodes_core-1.sh")).toBe("600");
  expect(readdirSync(join(folder, "out/stacks/infra-example-com/bundles"))).toHaveLength(1);
  expect(statSync(join(folder, "out/stacks/infra-example-com/plan")).isCharacterDevice()).toBe(true);
});

test("the same input gives the same output, byte for byte", () => {
  const files = { "inventory.yml": INVENTORY, "services.yml": "web: { ports: [8080] }", "private/known_hosts": KNOWN };
  const tree = () => {
    expect(synth(files).status).toBe(0);
    const out = spawnSync("sh", ["-c", "find . -type f ! -name manifest.json | sort | xargs sha256sum"], {
      cwd: join(folder, "out"),
      encoding: "utf8",
    }).stdout;
    rmSync(join(folder, "out"), { recursive: true });
    return out;
  };
  expect(tree()).toBe(tree());
});

describe("a vault that is not whole", () => {
  const state = (...names: string[]) =>
    JSON.stringify({
      version: 4,
      resources: names.map((name) => ({ type: "null_resource", name, instances: [{ attributes: { id: "1" } }] })),
    });
  const record = '{"version":1,"nodes":["core-1","worker-1"],"services":{}}';
  test.each([
    [
      "founded without a state",
      { founded: "", "placement.json": record },
      /terraform\.tfstate: the state is missing, but founded is there/,
    ],
    [
      "a record without a state",
      { "placement.json": record, "terraform.tfstate": "" },
      /the state is missing, but placement\.json is there/,
    ],
    [
      "a state that wrote a record, without it",
      { "terraform.tfstate": state("record"), "delivered/record": "1" },
      /placement\.json: the record .* is missing/,
    ],
    ["a state that is no JSON", { "terraform.tfstate": "oops" }, /terraform\.tfstate: the state is not readable/],
    [
      "a CA under another name",
      { "terraform.tfstate": JSON.stringify({ resources: [{ type: "tls_self_signed_cert", name: "old-ca" }] }) },
      /tls_self_signed_cert\.old-ca: this CA is in the state, but/,
    ],
    ["a record that is no JSON", { "terraform.tfstate": state("x"), "placement.json": "{" }, /placement\.json.*not JSON/],
    ["a redelivery file that is no JSON", { "redeliver.json": "{" }, /redeliver\.json: not JSON/],
  ])("%s", (_, vault, message) => {
    const files = Object.fromEntries(
      Object.entries({ ...vault, known_hosts: KNOWN }).map(([name, content]) => [`private/${name}`, content]),
    );
    const { status, stderr } = synth({ "inventory.yml": INVENTORY, "services.yml": "", ...files });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(status).toBe(1);
    expect(existsSync(join(folder, "out/stacks/infra-example-com/cdk.tf.json"))).toBe(false);
  });

  test("a first deploy that was interrupted before the record is no such case", () => {
    const { status, stderr } = synth({
      "inventory.yml": INVENTORY,
      "services.yml": "",
      "private/known_hosts": KNOWN,
      "private/terraform.tfstate": state("pki_services-ca_Key"),
    });
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });
});

describe("a deploy that was killed while it delivered", () => {
  const state = (...resources: [name: string, id: string, status?: string][]) =>
    JSON.stringify({
      version: 4,
      resources: resources.map(([name, id, status]) => ({ type: "null_resource", name, instances: [{ status, attributes: { id } }] })),
    });
  const files = {
    "inventory.yml": INVENTORY,
    "services.yml": "",
    "private/known_hosts": KNOWN,
    "private/placement.json": '{"version":1,"nodes":["core-1","worker-1"],"services":{}}',
  };
  const triggers = () => {
    const json = JSON.parse(readFileSync(join(folder, "out/stacks/infra-example-com/cdk.tf.json"), "utf8"));
    return Object.fromEntries(
      ["core-1_prepare", "core-1_activation"].map((name) => [name, json.resource.null_resource[name].triggers.redeliver]),
    );
  };
  const finished = { "private/delivered/core-1_prepare": "1", "private/delivered/record": "3" };

  test("is seen by what never noted its end, said, and delivered anew once", () => {
    const vault = { ...finished, "private/terraform.tfstate": state(["core-1_prepare", "1"], ["core-1_activation", "2"], ["record", "3"]) };
    const first = synth({ ...files, ...vault });
    expect([first.status, first.stderr]).toEqual([0, "the last deploy was killed; what it had begun is delivered anew: core-1\n"]);
    expect(triggers()).toEqual({ "core-1_prepare": "1", "core-1_activation": "1" });
    expect([synth({}).stderr, triggers()]).toEqual(["", { "core-1_prepare": "1", "core-1_activation": "1" }]);
  });

  test("is no such case where all was noted, or where Terraform knows of the failure", () => {
    const failed = state(["core-1_prepare", "1"], ["core-1_activation", "2", "tainted"], ["record", "3"]);
    expect(synth({ ...files, ...finished, "private/terraform.tfstate": failed }).stderr).toBe("");
    expect(triggers()).toEqual({ "core-1_prepare": "0", "core-1_activation": "0" });
  });

  test("before its record was written begins anew", () => {
    const { "private/placement.json": _, ...without } = files;
    const { status, stderr } = synth({ ...without, "private/terraform.tfstate": state(["record", "3"]) });
    expect([status, stderr]).toEqual([0, "the last deploy was killed; what it had begun is delivered anew: (record)\n"]);
  });
});
