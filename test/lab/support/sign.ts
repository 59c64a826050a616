import { execFileSync } from "node:child_process";
import type { LabCluster } from "./lab-cluster";

export interface SignedPair {
  /** PEM */
  readonly cert: string;
  /** PEM */
  readonly key: string;
}

export interface SignOptions {
  /** DNS names of the certificate; the first is its CN too unless `commonName` says otherwise. */
  readonly names: readonly string[];
  readonly commonName?: string;
  /** @default - client */
  readonly usage?: "client" | "server" | "both";
}

const USAGES = { client: "clientAuth", server: "serverAuth", both: "serverAuth,clientAuth" } as const;

/** A certificate that only this test has, made with a CA's key from the vault: what a thief of the vault could make, and nobody else. */
export function signedBy(cluster: LabCluster, authority: "services" | "etcd", options: SignOptions): SignedPair {
  const { names, commonName = names[0] ?? "test", usage = "client" } = options;
  const { certPem, keyPem } = authorityOf(cluster, authority);
  const script = `
    cd "$(mktemp -d)" && trap 'rm -rf "$PWD"' EXIT
    printf %s "$CA_CERT" >ca.pem && printf %s "$CA_KEY" >ca.key
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key -subj "/CN=$COMMON_NAME" -out csr 2>/dev/null
    printf '%s\\nextendedKeyUsage=%s\\n' "$NAMES" "$USAGE" >ext
    openssl x509 -req -in csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 1 -extfile ext -out cert 2>/dev/null
    cat cert key`;
  const pems = execFileSync("sh", ["-ec", script], {
    encoding: "utf8",
    env: {
      ...process.env,
      CA_CERT: certPem,
      CA_KEY: keyPem,
      COMMON_NAME: commonName,
      NAMES: names.length === 0 ? "" : `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}`,
      USAGE: USAGES[usage],
    },
  });
  const [cert = "", key = ""] = pems.split(/(?=-----BEGIN PRIVATE KEY-----)/);
  return { cert, key };
}

/** A CA's certificate, PEM. */
export function certificateOf(cluster: LabCluster, authority: "services" | "etcd"): string {
  return authorityOf(cluster, authority).certPem;
}

function authorityOf(cluster: LabCluster, authority: "services" | "etcd"): { certPem: string; keyPem: string } {
  const { resources } = JSON.parse(cluster.readPrivate("terraform.tfstate")) as { resources: StateResource[] };
  const ca = resources.find(({ type, name }) => type === "tls_self_signed_cert" && name.includes(`${authority}-ca`))?.instances[0];
  if (ca === undefined) throw new Error(`the state has no ${authority} CA`);
  return { certPem: ca.attributes.cert_pem, keyPem: ca.attributes.private_key_pem };
}

interface StateResource {
  readonly type: string;
  readonly name: string;
  readonly instances: readonly { readonly attributes: { readonly cert_pem: string; readonly private_key_pem: string } }[];
}
