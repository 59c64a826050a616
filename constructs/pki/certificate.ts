import { CertRequest } from "@cdktf/provider-tls/lib/cert-request";
import { LocallySignedCert } from "@cdktf/provider-tls/lib/locally-signed-cert";
import { PrivateKey } from "@cdktf/provider-tls/lib/private-key";
import { Fn } from "cdktf";
import { Construct } from "constructs";
import type { CredentialSpec } from "../payload/payload";
import type { ICertificateAuthority } from "./certificate-authority";

export interface CertificateProps {
  readonly spec: CredentialSpec;
  readonly issuer: ICertificateAuthority;
}

const VALIDITY_HOURS = 365 * 24;
/** From here on a plan renews it: an ordinary change, months before anything breaks. */
const EARLY_RENEWAL_HOURS = 120 * 24;

/** A leaf certificate and its key: P-256, one year, renewed by the first deploy in its last 120 days. */
export class Certificate extends Construct {
  /** PEM, a token. */
  readonly certPem: string;
  /** PEM, a sensitive token. */
  readonly privateKeyPem: string;
  /** Hash of the certificate, a token: safe to show, unlike anything made from the key. */
  readonly fingerprint: string;

  constructor(scope: Construct, id: string, props: CertificateProps) {
    super(scope, id);
    const { spec, issuer } = props;
    const key = new PrivateKey(this, "Key", { algorithm: "ECDSA", ecdsaCurve: "P256" });
    this.privateKeyPem = key.privateKeyPem;
    const request = new CertRequest(this, "Request", {
      privateKeyPem: this.privateKeyPem,
      subject: [{ commonName: spec.commonName }],
      dnsNames: [...spec.dnsNames],
      ipAddresses: [...spec.ipAddresses],
    });
    const certificate = new LocallySignedCert(this, "Resource", {
      certRequestPem: request.certRequestPem,
      caPrivateKeyPem: issuer.privateKeyPem,
      caCertPem: issuer.certPem,
      validityPeriodHours: VALIDITY_HOURS,
      earlyRenewalHours: EARLY_RENEWAL_HOURS,
      allowedUses: ["digital_signature", ...spec.uses],
    });
    this.certPem = certificate.certPem;
    this.fingerprint = Fn.sha256(this.certPem);
  }
}
