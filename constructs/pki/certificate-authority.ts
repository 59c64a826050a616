import { PrivateKey } from "@cdktf/provider-tls/lib/private-key";
import { SelfSignedCert } from "@cdktf/provider-tls/lib/self-signed-cert";
import { Construct } from "constructs";

/** Something that can sign: what a `Certificate` needs of its issuer. Both values are Terraform tokens or PEM text. */
export interface ICertificateAuthority {
  readonly certPem: string;
  readonly privateKeyPem: string;
}

export interface CertificateAuthorityProps {
  readonly commonName: string;
  /** @default - no organization */
  readonly organization?: string;
}

/** Ten years: longer than the machines, shorter than the algorithm. */
const VALIDITY_HOURS = 10 * 365 * 24;

/**
 * An offline CA: its key lives in the Terraform state and nowhere else.
 * Neither key nor certificate can be destroyed by a plan: with them goes the trust of every running node.
 */
export class CertificateAuthority extends Construct implements ICertificateAuthority {
  /** A CA that another stack made, or that came from elsewhere. */
  static fromAttributes(attributes: ICertificateAuthority): ICertificateAuthority {
    return { certPem: attributes.certPem, privateKeyPem: attributes.privateKeyPem };
  }

  readonly certPem: string;
  readonly privateKeyPem: string;
  /** The CA's certificate, for what must not come before it. */
  readonly resource: SelfSignedCert;

  constructor(scope: Construct, id: string, props: CertificateAuthorityProps) {
    super(scope, id);
    const lifecycle = { preventDestroy: true };
    const key = new PrivateKey(this, "Key", { algorithm: "ECDSA", ecdsaCurve: "P256", lifecycle });
    this.privateKeyPem = key.privateKeyPem;
    this.resource = new SelfSignedCert(this, "Resource", {
      privateKeyPem: this.privateKeyPem,
      subject: [{ commonName: props.commonName, organization: props.organization }],
      validityPeriodHours: VALIDITY_HOURS,
      isCaCertificate: true,
      setSubjectKeyId: true,
      allowedUses: ["cert_signing", "crl_signing"],
      lifecycle,
    });
    this.certPem = this.resource.certPem;
  }
}
