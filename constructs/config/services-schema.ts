import { z } from "zod";
import { label, line, linuxUser, listOf, matching, name, nodePath, port } from "./attributes";
import { show } from "./problem";
import { systemdUnit } from "./systemd-unit";

const certificateMode = z.enum(["client", "server", "both"]);
const discovery = z
  .enum(["static", "dynamic"])
  .default("static")
  .meta({ description: "How its instances are found: from the placement, or by DNS." });
const scheme = z.enum(["http", "https"]).default("https");

const credential = z.strictObject({
  name: label.meta({ description: "The folder below /etc/credentials/x509; usually the service's name.", examples: ["web"] }),
  enable_client: z.boolean().default(true),
  client_cert_mode: certificateMode.default("client"),
  enable_server: z.boolean().default(true),
  server_cert_mode: certificateMode.default("server"),
  extra_san: listOf(
    matching(/^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, (value) =>
      value.trim() === "*"
        ? `"*" would cover every name of the cluster; name the ones you need`
        : `${show(value)} is no DNS name; use lower-case labels, without the domain`,
    ),
  ).meta({ description: "More names for the server certificate; the domain is appended." }),
});

const monitoringEndpoint = z.strictObject({
  job_name: matching(/^[A-Za-z_][A-Za-z0-9_:.-]*$/, (value) => `${show(value)} is no job name; use letters, digits and _ : . -`)
    .optional()
    .meta({ description: "By default the service's name." }),
  type: discovery,
  port: port.meta({ description: "Where /metrics answers.", examples: [9100] }),
  scheme,
});

const publicEndpoint = z.strictObject({
  name: label.meta({ description: "Users reach it as <name>.<domain_public>.", examples: ["www"] }),
  type: discovery,
  port: port.meta({ examples: [8080] }),
  scheme,
});

const container = z.strictObject({
  name: label.meta({ examples: ["app"] }),
  image: matching(/^[^\s]+$/, (value) => `${show(value)} is no image; e.g. docker.io/library/redis:7`).meta({
    examples: ["docker.io/library/redis:7"],
  }),
  port: port.optional(),
  docker_options: line.default(""),
  args: line.default(""),
  volumes: z.record(nodePath, nodePath).default({}).meta({ description: "source: target" }),
});

const numInstances = z
  .union([z.literal("all"), z.int().min(1, { error: (issue) => `${show(issue.input)} is too few; use 1 or more, or "all"` })], {
    error: (issue) => `expected "all" or a whole number, found ${show(issue.input)}`,
  })
  .default("all")
  .meta({ description: `How many hosts run it; "all" is every host of the group.` });

const environmentValue = z.union([line, z.number(), z.boolean()], {
  error: (issue) => {
    if (isSecret(issue.input)) return undefined;
    if (typeof issue.input === "string") return `${show(issue.input)} holds a line break or control character; write it on one line`;
    return `expected text, found ${show(issue.input)}${issue.input === null ? `; write "" for an empty value` : ""}`;
  },
});

const peers = z.union([z.enum(["all", "everywhere"]), z.array(name)]);
const allowFrom = z
  .union([peers, z.record(z.string().regex(/^[1-9]\d{0,4}$/), peers)], {
    error: (issue) =>
      isSecret(issue.input)
        ? undefined
        : `found ${show(issue.input)}; write all, everywhere, a list of services, or one of these for each port, e.g. {8080: [web]}`,
  })
  .default("all");

/** What services.yml says of one service; embedded services use it too. Every attribute has a default. */
export const serviceAttributes = z.strictObject({
  scheduling_group: z.string().default("all").meta({ description: "Hosts are selected from this group; by default every node." }),
  num_instances: numInstances,
  rebalance: z.boolean().default(true).meta({ description: "May instances move onto nodes that are added later?" }),
  service_credentials: listOf(credential).meta({ description: "Certificates that each of its hosts gets." }),
  monitoring_endpoints: listOf(monitoringEndpoint),
  alerts: matching(
    /^(?!\.{1,2}(\/|$))[^/\s]+(\/(?!\.{1,2}(\/|$))[^/\s]+)*\.ya?ml$/,
    (value) => `${show(value)} is no YAML file of the configuration folder; e.g. alerts/web.yml`,
  )
    .optional()
    .meta({ description: "A file of the configuration folder with rules for Prometheus.", examples: ["alerts/web.yml"] }),
  public_endpoints: listOf(publicEndpoint),
  containers: listOf(container),
  user: linuxUser.default("root").meta({ description: "Owner of its keys and processes." }),
  packages: listOf(
    matching(/^[a-z0-9][a-z0-9+.-]+$/, (value) =>
      /[=/:]/.test(value)
        ? `${show(value)} names a version, release or architecture; give the package's name alone`
        : `${show(value)} is no Debian package name`,
    ),
  ).meta({ description: "Debian packages." }),
  // No `true` for "the folder of my name": one way to say it, and two services can share a folder.
  files: z
    .string({
      error: (issue) =>
        typeof issue.input === "boolean" ? `expected the name of a folder of files/, found ${issue.input}; e.g. files: web` : undefined,
    })
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, {
      error: (issue) => `${show(issue.input)} is no folder of files/; e.g. files: web for files/web/`,
    })
    .optional()
    .meta({ description: "A folder of files/ that is laid over / on its hosts.", examples: ["web"] }),
  systemd_services: listOf(systemdUnit).meta({ description: "Units with their suffix; they run wherever the service does." }),
  environment: z
    .record(
      matching(/^[A-Za-z_][A-Za-z0-9_]*$/, (value) => `${show(value)} is no variable name; use letters, digits and underscores`),
      environmentValue,
    )
    .default({})
    .meta({ description: "Variables for its units." }),
  ports: listOf(port).meta({ description: "Ports that it listens on." }),
  allow_from: allowFrom.meta({
    description: "Who may reach its ports: all (the cluster's nodes), everywhere, or nodes that run one of these services.",
  }),
  etcd_prefixes: listOf(
    matching(/^\/[^\s]*$/, (value) =>
      value.startsWith("/") ? `${show(value)} holds a space or line break` : `${show(value)} does not start with "/"; e.g. /web/`,
    ),
  ).meta({ description: "Key prefixes in etcd that it may read and write; none: no access." }),
});

/** Names of more files with services, relative to the configuration folder. */
export const include = z
  .array(
    matching(
      /^(?!\.{1,2}(\/|$))[^/\s]+(\/(?!\.{1,2}(\/|$))[^/\s]+)*$/,
      (value) => `${show(value)} is no file of the configuration folder; give its path inside it`,
    ),
  )
  .default([])
  .meta({ description: "More files of the configuration folder, with the same schema." });

export const serviceName = name;

/** One service as a file or an embedded service writes it. */
export type ServiceAttributes = z.input<typeof serviceAttributes>;
/** The same with every default filled in. */
export type ParsedService = z.output<typeof serviceAttributes>;

export function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).join() === "secret";
}
