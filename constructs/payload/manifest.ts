import { createHash } from "node:crypto";
import type { CredentialSpec, Payload, PayloadFile } from "./payload";

/** The two CAs' certificates, where programs expect them. */
export const CA_PATHS = { services: "/etc/credentials/x509/ca.pem" } as const;

/** One file of a credential as the node gets it. Never its content: that is Terraform's. */
export type CredentialFile = CredentialAccess & CredentialSource;

interface CredentialAccess {
  readonly path: string;
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  readonly restarts: readonly string[];
  readonly reloads: readonly string[];
}

type CredentialSource =
  | { readonly kind: "ca"; readonly issuer: CredentialSpec["issuer"] }
  | { readonly kind: "cert" | "key"; readonly spec: CredentialSpec }
  | { readonly kind: "secret"; readonly secret: string };

/** Every credential file of a node, sorted by path. */
export function credentialFiles(payload: Payload): CredentialFile[] {
  const files: CredentialFile[] = [{ ...readable(CA_PATHS.services), kind: "ca", issuer: "services" }];
  for (const spec of payload.credentials) {
    const { directory, owner, issuer } = spec;
    if (issuer === "etcd") files.push({ ...readable(`${directory}/ca.pem`, spec), kind: "ca", issuer });
    files.push({ ...readable(`${directory}/cert.pem`, spec), kind: "cert", spec });
    files.push({ ...secret(`${directory}/private_key.pem`, owner, spec), kind: "key", spec });
  }
  for (const spec of payload.secrets) files.push({ ...secret(spec.path, spec.owner, spec), kind: "secret", secret: spec.name });
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

interface Consequences {
  readonly restarts?: readonly string[];
  readonly reloads?: readonly string[];
}

function readable(path: string, { restarts = [], reloads = [] }: Consequences = {}): CredentialAccess {
  return { path, mode: "0444", owner: "root", group: "root", restarts, reloads };
}

function secret(path: string, owner: string, { restarts = [], reloads = [] }: Consequences): CredentialAccess {
  return { path, mode: "0400", owner, group: owner, restarts, reloads };
}

export function sha256(content: Buffer | string): string {
  return createHash("sha256").update(content).digest("hex");
}

/** What of a file makes a difference on a node, as 12 hex digits: the value of its trigger. */
export function fileDigest(file: PayloadFile): string {
  return sha256([sha256(file.content), file.mode, file.owner, file.group, list(file.restarts), list(file.reloads)].join("\t")).slice(0, 12);
}

/** Files by which the node is reached, sorted. */
export function confirmedPaths(payload: Payload): string[] {
  return Object.keys(payload.files).filter((path) => payload.files[path]?.confirm === true);
}

export interface RolloutPosition {
  /** Core nodes before this one in the chain. */
  readonly before: readonly string[];
  /** Core nodes after it. */
  readonly after: readonly string[];
}

/** The name of what a node should hold: another one for each difference. */
export function manifestDigest(payload: Payload): string {
  return sha256(stateLines(payload).join(""));
}

function stateLines(payload: Payload): string[] {
  return [
    ...Object.entries(payload.files).map(([path, f]) =>
      line("file", path, sha256(f.content), f.mode, f.owner, f.group, list(f.restarts), list(f.reloads)),
    ),
    ...credentialFiles(payload).map((f) => line("credential", f.path, f.mode, f.owner, f.group, list(f.restarts), list(f.reloads))),
    ...payload.units.map((unit) => line("unit", unit.name, list(unit.services))),
    ...payload.verify.map((each) => line("verify", each.unit, each.command)),
    ...payload.health.map((check) => line("health", check.unit, String(check.timeoutSeconds), check.command)),
    ...confirmedPaths(payload).map((path) => line("confirm", path)),
  ];
}

/** The manifest of a bundle; the format is docs/activation.md's. */
export function manifest(payload: Payload, rollout?: RolloutPosition): string {
  return [
    line("minicluster", "1"),
    line("node", payload.node),
    line("digest", manifestDigest(payload)),
    ...stateLines(payload),
    ...payload.instances.map((each) =>
      line("instance", each.service, each.host, each.address, each.port === undefined ? "-" : String(each.port)),
    ),
    ...(rollout === undefined ? [] : [line("rollout", payload.node, list(rollout.before), list(rollout.after))]),
  ].join("");
}

function line(...fields: string[]): string {
  for (const field of fields) {
    if (/[\t\n]/.test(field)) throw new Error(`a field of the manifest holds a tab or a newline: ${JSON.stringify(field)}`);
  }
  return `${fields.join("\t")}\n`;
}

function list(names: readonly string[]): string {
  return names.length === 0 ? "-" : names.join(",");
}
