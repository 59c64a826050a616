import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClusterModel } from "../constructs/config";
import { principalsOf } from "../constructs/services/ssh-known-hosts";
import { knownKeys } from "./known-hosts";
import { sshKeygen } from "./ssh-keygen";
import { UserError } from "./user-error";

/** What the SSH host CA has signed: a file of the vault, so that the same configuration gives the same payload. */
export interface HostCertificates {
  /** Public key of the CA, `type base64`. */
  readonly authority: string;
  readonly nodes: Readonly<Record<string, HostCertificate>>;
}

export interface HostCertificate {
  /** What was certified, `type base64`. */
  readonly key: string;
  readonly principals: readonly string[];
  /** ISO 8601, to the day. */
  readonly validUntil: string;
  /** One line, as sshd reads it. */
  readonly certificate: string;
}

const RECORD = "ssh_host_certificates.json";
const CA = "ssh_host_ca";
const DAY_MS = 86_400_000;
const VALIDITY_DAYS = 5 * 365;
/** From here on it is signed anew, and shows as an ordinary change. */
const RENEWAL_DAYS = 365;

/**
 * The one kind of host key that is certified. Terraform's client takes certificates of other kinds before it asks for the key
 * that it pins; see cloud-init/ssh/usr/local/lib/minicluster/ssh-host-certificates.
 */
const CERTIFIED = "ssh-ed25519";

/** @throws UserError if the file is not what `certifyHosts` writes */
export function readHostCertificates(privateDir: string): HostCertificates | undefined {
  const path = join(privateDir, RECORD);
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw new UserError(`${path}: not JSON; remove it, and the next deploy certifies every node's host key anew`);
  }
}

/**
 * Certifies every host key that is known and has no certificate that fits: new nodes, reinstalled ones, other names or
 * addresses, the last year. Makes the CA at first. Nothing is asked of a node.
 * @param now the operator's clock
 */
export function certifyHosts(model: ClusterModel, knownHosts: string, now: Date): HostCertificates {
  const { privateDir } = model;
  const former = readHostCertificates(privateDir);
  const authority = authorityKey(privateDir, model.domain);
  const nodes: Record<string, HostCertificate> = {};
  for (const node of model.nodes) {
    const key = knownKeys(knownHosts, node.sshAddress, model.ssh.port).find((each) => each.startsWith(`${CERTIFIED} `));
    if (key === undefined) continue;
    const principals = principalsOf(model, node);
    const had = former?.authority === authority ? former.nodes[node.name] : undefined;
    nodes[node.name] =
      had !== undefined && fits(had, key, principals, now)
        ? had
        : sign(join(privateDir, CA), `${node.name}.${model.domain}`, key, principals, now);
  }
  const certificates: HostCertificates = { authority, nodes };
  const text = `${JSON.stringify(certificates, null, 2)}\n`;
  if (former === undefined || text !== `${JSON.stringify(former, null, 2)}\n`) replaceFile(join(privateDir, RECORD), text);
  return certificates;
}

function fits(had: HostCertificate, key: string, principals: readonly string[], now: Date): boolean {
  const daysLeft = (Date.parse(had.validUntil) - now.getTime()) / DAY_MS;
  return had.key === key && daysLeft > RENEWAL_DAYS && had.principals.join() === principals.join();
}

/** The CA's key never leaves the vault. With it gone another is made: nodes are trusted by their raw keys, too. */
function authorityKey(privateDir: string, domain: string): string {
  const path = join(privateDir, CA);
  if (!existsSync(path)) {
    if (existsSync(join(privateDir, RECORD))) console.error(`${path}: the SSH host CA was lost; a new one certifies every node anew`);
    mkdirSync(privateDir, { recursive: true, mode: 0o700 });
    for (const part of [`${path}.part`, `${path}.part.pub`]) rmSync(part, { force: true });
    sshKeygen("-q", "-t", "ed25519", "-N", "", "-C", `SSH host CA of ${domain}`, "-f", `${path}.part`);
    renameSync(`${path}.part.pub`, `${path}.pub`);
    renameSync(`${path}.part`, path);
  }
  return sshKeygen("-y", "-P", "", "-f", path).trim().split(" ").slice(0, 2).join(" ");
}

function sign(ca: string, identity: string, key: string, principals: readonly string[], now: Date): HostCertificate {
  const folder = mkdtempSync(join(tmpdir(), "minicluster-sign-"));
  try {
    const file = join(folder, "host.pub");
    writeFileSync(file, `${key}\n`);
    // A day back: clocks differ.
    const [from, until] = [now.getTime() - DAY_MS, now.getTime() + VALIDITY_DAYS * DAY_MS].map((time) => new Date(time));
    const validity = [from, until].map((date) => date?.toISOString().slice(0, 10).replaceAll("-", "")).join(":");
    sshKeygen("-q", "-s", ca, "-h", "-I", identity, "-n", principals.join(","), "-V", validity, file);
    const certificate = readFileSync(join(folder, "host-cert.pub"), "utf8").trim().split(" ").slice(0, 2).join(" ");
    return { key, principals, validUntil: (until as Date).toISOString().slice(0, 10), certificate };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function replaceFile(path: string, content: string): void {
  writeFileSync(`${path}.part`, content, { mode: 0o600 });
  renameSync(`${path}.part`, path);
}
