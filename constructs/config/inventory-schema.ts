import { z } from "zod";
import { canonicalAddress, canonicalNetwork, isWholeNetwork, unreachable } from "./addresses";
import { linuxUser, listOf, matching, NAME, name, nameComplaint, port } from "./attributes";
import { alerts } from "./monitoring-schema";
import { show } from "./problem";
import { days, size } from "./retention";
import { sshPublicKey } from "./ssh-key";

const HOST_NAME = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

const domain = matching(/^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, (value) => {
  if (value.endsWith(".")) return `${show(value)} ends with a dot; leave it out`;
  if (value !== value.toLowerCase()) return `${show(value)} has capitals; write it in lower case`;
  if (!value.includes(".")) return `${show(value)} has one label only; use at least two, e.g. infra.example.com`;
  return `${show(value)} is no domain; use labels of letters, digits and dashes, e.g. infra.example.com`;
});

const domainPublic = z.union([domain, z.array(domain).min(1, { error: "an empty list; name at least one domain" })], {
  error: (issue) => (issue.input === undefined ? undefined : unionOfDomains(issue.input)),
});

function unionOfDomains(input: unknown): string {
  if (typeof input === "string") return domain.safeParse(input).error?.issues[0]?.message ?? `${show(input)} is no domain`;
  return `expected a domain or a list of domains, found ${show(input)}`;
}

const localPath = z
  .string()
  .min(1, { error: "empty; give a path or remove the key" })
  .regex(/^(?!~[^/])[^\0\n]*$/, {
    error: (issue) => `${show(issue.input)}: only ~/ stands for a home; write the path out`,
  });

const network = z.string().transform((text, context) => {
  const canonical = canonicalNetwork(text);
  if (canonical !== undefined && isWholeNetwork(canonical)) return canonical;
  const complaint =
    canonical === undefined ? "is no IP address or network; e.g. 192.0.2.0/24" : "is an address with the length of a network";
  context.issues.push({
    code: "custom",
    input: text,
    message: `${show(text)} ${complaint}${canonical === undefined ? "" : "; write one or the other"}`,
  });
  return z.NEVER;
});

const ssh = z.strictObject({
  user: linuxUser.default("root").meta({ description: "A user other than root needs sudo without a password." }),
  port: port.default(22),
  private_key_file: localPath
    .refine((value) => !value.endsWith(".pub"), { error: (issue) => `${show(issue.input)} is a public key; name the private one` })
    .optional()
    .meta({ description: "Without it the agent is used, which terraform forwards to the nodes." }),
  public_key: sshPublicKey.optional().meta({ description: "With an agent: the public half of the key that deploys use." }),
  known_hosts_file: localPath.optional().meta({ description: "By default known_hosts in private_dir." }),
  allow_from: z
    .array(network)
    .min(1, { error: "an empty list would let nobody in; name an address or remove the key" })
    .optional()
    .meta({ description: "Addresses and networks from which nodes take SSH; by default from everywhere.", examples: ["[192.0.2.0/24]"] }),
});

const admin = z.strictObject({
  name: name.meta({ examples: ["ada"] }),
  ssh_keys: z
    .array(sshPublicKey)
    .min(1, { error: "an empty list; add a public key or remove the admin" })
    .meta({ examples: ["[ssh-ed25519 AAAA... ada]"] }),
});

const address = z.string().transform((text, context) => {
  const canonical = canonicalAddress(text);
  const why = canonical === undefined ? undefined : unreachable(canonical);
  if (canonical !== undefined && why === undefined) return canonical;
  context.issues.push({
    code: "custom",
    input: text,
    message:
      why === undefined
        ? `${show(text)} is no IP address${HOST_NAME.test(text) && /[a-z]/.test(text) ? "; a host name can be ssh_address only" : ""}`
        : `${show(text)} is ${why}; give the one at which other nodes reach it`,
  });
  return z.NEVER;
});

const sshAddress = z.string().refine((text) => HOST_NAME.test(text) || canonicalAddress(text) !== undefined, {
  error: (issue) => `${show(issue.input)} is no IP address or host name`,
});

/** One machine. */
export const nodeAttributes = z.strictObject({
  addresses: z
    .array(address)
    .min(1, { error: "an empty list; give at least one address" })
    .meta({ description: "The first is where the cluster talks to it.", examples: ["[10.0.0.1]"] }),
  groups: listOf(
    matching(/^(?!all$)/, () => `every node is in "all"; remove it`).regex(NAME, { error: (issue) => nameComplaint(String(issue.input)) }),
  ).meta({ description: `"core" runs the cluster's own services; any other is for scheduling_group.` }),
  ssh_address: sshAddress.optional().meta({ description: "Where SSH goes; by default the first address. May be a host name." }),
  drain: z.boolean().default(false).meta({ description: "Hosts no service with a limited number of instances." }),
  skip: z
    .boolean()
    .default(false)
    .meta({ description: "Known to be down: nothing is delivered, its placement and certificates are kept." }),
});

/** How much of the logs is kept, and may wait. */
const logs = z.strictObject({
  keep_days: days.default(30).meta({ description: "Days that logs are kept." }),
  keep_bytes: size("100MB")
    .prefault("10GB")
    .meta({ description: "Most that the collector keeps: beyond it, whoever has most loses its oldest day." }),
  queue_bytes: size("50MB").prefault("1GB").meta({ description: "Most that waits on each node while the collector is away." }),
});

/** How long Prometheus keeps what it has measured: what comes first counts. */
const metrics = z.strictObject({
  keep_days: days.default(15),
  keep_bytes: size("100MB").prefault("2GB").meta({ description: "On the disk of each Prometheus." }),
});

/** Everything of inventory.yml but the attributes of nodes, which are checked one node at a time. */
export const inventoryAttributes = z.strictObject({
  domain: domain.meta({ description: "Names inside the cluster end in it.", examples: ["infra.example.com"] }),
  domain_public: domainPublic.meta({
    description: "Names that users see end in it; the first is the primary one.",
    examples: ["example.com"],
  }),
  private_dir: localPath
    .default("private")
    .meta({ description: "The vault: state, CA, record, known_hosts; relative to this file. Keep it out of the repository." }),
  ssh: ssh.prefault({}),
  admins: listOf(admin),
  logs: logs.prefault({}),
  metrics: metrics.prefault({}),
  alerts: alerts.prefault({}).meta({ description: "Who is told when something is wrong." }),
  nodes: z
    .record(z.string(), z.unknown())
    .meta({ description: "The machines, by name.", examples: ["{core-1: {addresses: [10.0.0.1], groups: [core]}}"] }),
});

/** inventory.yml as a whole, for its JSON Schema. */
export const inventorySchema = inventoryAttributes.extend({ nodes: z.record(name, nodeAttributes) });

export type ParsedInventory = z.output<typeof inventoryAttributes>;
export type ParsedNode = z.output<typeof nodeAttributes>;
