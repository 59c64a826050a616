/** A file on a node. */
export interface PayloadFile {
  readonly content: Buffer;
  /** Four octal digits, e.g. `0644`. */
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  /** Units to restart when it changes, sorted. */
  readonly restarts: readonly string[];
  /** Units to reload when it changes, sorted. */
  readonly reloads: readonly string[];
  /** The node is reached by it: a change of it stays only if a new connection confirms it. */
  readonly confirm: boolean;
}

/** A unit that runs on the node. */
export interface PayloadUnit {
  readonly name: string;
  /** The services it belongs to, sorted: it stays while one of them does. */
  readonly services: readonly string[];
}

/** Proves that a unit works; a failure takes the node back to its previous generation. */
export interface HealthCheck {
  readonly unit: string;
  /** One line of shell, run as root; tried again until it exits 0 or the time is up. */
  readonly command: string;
  readonly timeoutSeconds: number;
}

/** A program's own opinion of its new files, before it is reloaded or restarted; a refusal takes the node back. */
export interface Verification {
  readonly unit: string;
  /** One line of shell, run as root. It changes nothing and takes no longer than some seconds. */
  readonly command: string;
}

export type CertificateUse = "client_auth" | "server_auth";

/** One certificate and its key on one node. What it says is data; the key is made by Terraform. */
export interface CredentialSpec {
  /** The directory on the node, e.g. `/etc/credentials/x509/web/server`. */
  readonly directory: string;
  readonly issuer: "services" | "etcd";
  readonly commonName: string;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly uses: readonly CertificateUse[];
  /** The only reader of the key. */
  readonly owner: string;
  readonly restarts: readonly string[];
  readonly reloads: readonly string[];
}

/** A secret of the operator's on one node. Its content is read by Terraform, and never part of a payload. */
export interface SecretSpec {
  /** Of the file in `private_dir/secrets/`. */
  readonly name: string;
  /** On the node, below `/etc/credentials/secrets/<service>/`. */
  readonly path: string;
  /** The only reader. */
  readonly owner: string;
  /** @default - none */
  readonly restarts?: readonly string[];
  /** @default - none */
  readonly reloads?: readonly string[];
}

/** Where an instance of a service answers; the activation hands over to it. */
export interface InstanceAddress {
  readonly service: string;
  readonly host: string;
  readonly address: string;
  /** Absent when the service listens on no port that we know of, or on one that this node may not reach: then nobody waits for it. */
  readonly port?: number;
}

/** All that one node holds. */
export interface Payload {
  readonly node: string;
  /** Absolute path -> file, sorted by path. */
  readonly files: Readonly<Record<string, PayloadFile>>;
  /** Sorted by name. */
  readonly units: readonly PayloadUnit[];
  /** Sorted by unit. */
  readonly verify: readonly Verification[];
  readonly health: readonly HealthCheck[];
  readonly credentials: readonly CredentialSpec[];
  /** Sorted by path. */
  readonly secrets: readonly SecretSpec[];
  /** Debian packages, sorted. */
  readonly packages: readonly string[];
  /** Units of these packages that must never run, sorted. */
  readonly masked: readonly string[];
  /** Names of the artifacts it needs, sorted, e.g. `etcd`. */
  readonly artifacts: readonly string[];
  /** Not a cause for activation: every change of it shows in services.json too. */
  readonly instances: readonly InstanceAddress[];
}
