import { join } from "node:path";
import { Fn } from "cdktf";
import { Construct } from "constructs";
import { type CredentialFile, credentialFiles } from "../payload/manifest";
import type { CredentialSpec, Payload } from "../payload/payload";
import { Certificate } from "../pki/certificate";
import type { ICertificateAuthority } from "../pki/certificate-authority";
import { terraformText } from "./terraform-text";
import { SECRETS } from "./vault-layout";

export interface Authorities {
  readonly services: ICertificateAuthority;
  readonly etcd: ICertificateAuthority;
}

export interface IssuedCredentialsProps {
  readonly payload: Payload;
  readonly authorities: Authorities;
  /** The vault as seen from the stack's folder. */
  readonly vault: string;
}

/** The certificates of one node and their keys, and its secrets. A node that is skipped keeps them. */
export class IssuedCredentials extends Construct {
  /** Path of each certificate and secret on the node -> a hash of it, a token: triggers of whoever uses them. */
  readonly fingerprints: Readonly<Record<string, string>>;
  /** Every credential file in the form that an activation takes (docs/activation.md), a sensitive token. */
  readonly text: string;

  constructor(scope: Construct, id: string, props: IssuedCredentialsProps) {
    super(scope, id);
    const { payload, authorities, vault } = props;
    const certificates = new Map(
      payload.credentials.map((spec) => {
        const name = spec.directory.replace("/etc/credentials/", "").replaceAll("/", "-");
        return [spec, new Certificate(this, name, { spec, issuer: authorities[spec.issuer] })];
      }),
    );
    const issued = (spec: CredentialSpec): Certificate => {
      const certificate = certificates.get(spec);
      if (certificate === undefined) throw new Error(`no certificate for ${spec.directory}`);
      return certificate;
    };
    const secret = (name: string): string => Fn.trimspace(Fn.file(terraformText(join(vault, SECRETS, name))));
    const content = (file: CredentialFile): string => {
      if (file.kind === "ca") return authorities[file.issuer].certPem;
      if (file.kind === "secret") return Fn.join("", [secret(file.secret), "\n"]);
      return issued(file.spec)[file.kind === "cert" ? "certPem" : "privateKeyPem"];
    };
    const fingerprint = (file: CredentialFile): string => {
      if (file.kind === "ca") return Fn.sha256(authorities[file.issuer].certPem);
      // A password is short enough to be guessed from its hash; not from one with a key in it.
      if (file.kind === "secret") return Fn.nonsensitive(Fn.sha256(Fn.join("", [authorities.services.privateKeyPem, secret(file.secret)])));
      return file.kind === "cert" ? issued(file.spec).fingerprint : "";
    };

    const files = credentialFiles(payload);
    this.fingerprints = Object.fromEntries(files.filter(({ kind }) => kind !== "key").map((file) => [file.path, fingerprint(file)]));
    // Elements of a list, joined by Terraform: text and tokens never stand in one string.
    this.text = Fn.join("", [...files.flatMap((file) => [`@@ ${file.path}\n`, content(file)]), "@@ end\n"]);
  }
}
