import { Fn } from "cdktf";
import { Construct } from "constructs";
import { credentialFiles } from "../payload/manifest";
import type { Payload } from "../payload/payload";
import { Certificate } from "../pki/certificate";
import type { ICertificateAuthority } from "../pki/certificate-authority";

export interface Authorities {
  readonly services: ICertificateAuthority;
  readonly etcd: ICertificateAuthority;
}

export interface IssuedCredentialsProps {
  readonly payload: Payload;
  readonly authorities: Authorities;
}

/** The certificates of one node and their keys. A node that is skipped keeps them. */
export class IssuedCredentials extends Construct {
  /** Path of each certificate on the node -> a hash of it, a token: triggers of whoever uses them. */
  readonly fingerprints: Readonly<Record<string, string>>;
  /** Every credential file in the form that an activation takes (docs/activation.md), a sensitive token. */
  readonly text: string;

  constructor(scope: Construct, id: string, props: IssuedCredentialsProps) {
    super(scope, id);
    const { payload, authorities } = props;
    const certificates = new Map(
      payload.credentials.map((spec) => {
        const name = spec.directory.replace("/etc/credentials/", "").replaceAll("/", "-");
        return [spec.directory, new Certificate(this, name, { spec, issuer: authorities[spec.issuer] })];
      }),
    );
    const issued = (directory: string): Certificate => {
      const certificate = certificates.get(directory);
      if (certificate === undefined) throw new Error(`no certificate for ${directory}`);
      return certificate;
    };

    const files = credentialFiles(payload);
    this.fingerprints = Object.fromEntries(
      files
        .filter((file) => file.kind !== "key")
        .map((file) => [file.path, file.spec ? issued(file.spec.directory).fingerprint : Fn.sha256(authorities[file.issuer].certPem)]),
    );
    // Elements of a list, joined by Terraform: text and tokens never stand in one string.
    const content = files.flatMap((file) => {
      const pem =
        file.spec === undefined
          ? authorities[file.issuer].certPem
          : issued(file.spec.directory)[file.kind === "key" ? "privateKeyPem" : "certPem"];
      return [`@@ ${file.path}\n`, pem];
    });
    this.text = Fn.join("", [...content, "@@ end\n"]);
  }
}
