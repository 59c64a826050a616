import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClusterModel } from "../../constructs/config";
import { certifyHosts, type HostCertificates, readHostCertificates } from "../../edge/host-certificates";
import { describedCluster } from "../support/described-cluster";

const NOW = new Date("2026-11-26T12:00:00Z");
const INVENTORY = `domain: infra.example.com
domain_public: example.com
ssh: { private_key_file: ~/.ssh/id_ed25519 }
nodes:
  core-1: { addresses: [10.0.0.1, "fd00::1"], groups: [core], ssh_address: core.example.net }
  worker-1: { addresses: [10.0.0.9] }
`;

let folder: string;
let knownHosts: string;
beforeAll(() => {
  const keys = mkdtempSync(join(tmpdir(), "minicluster-keys-"));
  const key = (name: string, type: string) => {
    execFileSync("ssh-keygen", ["-q", "-t", type, "-N", "", "-f", join(keys, name + type)]);
    return readFileSync(join(keys, `${name + type}.pub`), "utf8");
  };
  knownHosts = ["core.example.net", "10.0.0.9"]
    .flatMap((host) => ["ecdsa", "ed25519"].map((type) => `${host} ${key(host, type)}`))
    .join("");
  rmSync(keys, { recursive: true });
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "minicluster-vault-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const model = (inventory = INVENTORY): ClusterModel => ({
  ...describedCluster({ inventory, services: "" }).cluster,
  privateDir: join(folder, "private"),
});
const certify = (options: { inventory?: string; known?: string; now?: Date } = {}) =>
  certifyHosts(model(options.inventory), options.known ?? knownHosts, options.now ?? NOW);
const certificateOf = (certificates: HostCertificates, node: string) => certificates.nodes[node]?.certificate;

function shown(certificate: string | undefined): string {
  writeFileSync(join(folder, "shown.pub"), `${certificate}\n`);
  return execFileSync("ssh-keygen", ["-Lf", join(folder, "shown.pub")], { encoding: "utf8", env: { ...process.env, TZ: "UTC" } });
}

test("certifies the ed25519 key of a host, and no other, for its names and addresses and five years", () => {
  const text = shown(certificateOf(certify(), "core-1"));
  expect(text).toContain("ssh-ed25519-cert-v01@openssh.com host certificate");
  expect(text).toMatch(/Valid: from 2026-11-2\dT\S+ to 2031-11-2\dT/);
  const names = (text.split("Principals:")[1]?.split("Critical")[0] ?? "").trim().split(/\s+/);
  expect(names).toEqual(["core-1", "core-1.infra.example.com", "10.0.0.1", "fd00::1", "core.example.net"]);
});

test("the key of the CA, and its record, are the owner's alone", () => {
  certify();
  const modes = ["", "ssh_host_ca", "ssh_host_certificates.json"].map((name) => statSync(join(folder, "private", name)).mode & 0o777);
  expect(modes).toEqual([0o700, 0o600, 0o600]);
});

test("signs once: what is there and fits stays, and is what others read", () => {
  const first = certify();
  expect(certify({ now: new Date("2029-01-01") })).toEqual(first);
  expect(readHostCertificates(join(folder, "private"))).toEqual(first);
});

test.each<[string, Parameters<typeof certify>[0]]>([
  ["another address", { inventory: INVENTORY.replace("10.0.0.9]", '10.0.0.9, "fd00::9"]') }],
  ["another key", { known: "" }],
])("%s of a node is a new certificate for that node alone", (_, options = {}) => {
  const first = certify();
  const [mine, its] = knownHosts.split(/(?<=\n)(?=10\.0\.0\.9 ecdsa)/);
  const otherKey = its?.replace(/^10\.0\.0\.9 ssh-ed25519 .*$/m, `10.0.0.9 ${mine?.match(/ssh-ed25519 \S+/)?.[0]}`);
  const next = certify(options.known === "" ? { known: `${mine}${otherKey}` } : options);
  expect(certificateOf(next, "worker-1")).not.toBe(certificateOf(first, "worker-1"));
  expect(certificateOf(next, "core-1")).toBe(certificateOf(first, "core-1"));
});

test("the last year is a new certificate", () => {
  const first = certify();
  const next = certify({ now: new Date("2030-12-01") });
  expect(next.authority).toBe(first.authority);
  expect(shown(certificateOf(next, "core-1"))).toMatch(/to 2035-11-\d\dT/);
});

test("a CA that is lost is replaced, with a word, and certifies everyone anew", () => {
  const first = certify();
  rmSync(join(folder, "private/ssh_host_ca"));
  const said = vi.spyOn(console, "error").mockReturnValue();
  const next = certify();
  expect(said).toHaveBeenCalledWith(expect.stringContaining("the SSH host CA was lost"));
  said.mockRestore();
  expect(next.authority).not.toBe(first.authority);
  expect(shown(certificateOf(next, "core-1"))).not.toBe(shown(certificateOf(first, "core-1")));
});

test("a node without an ed25519 key that is known has none", () => {
  const { nodes } = certify({ known: knownHosts.replace(/^10\.0\.0\.9 ssh-ed25519.*\n/m, "") });
  expect(Object.keys(nodes)).toEqual(["core-1"]);
});
