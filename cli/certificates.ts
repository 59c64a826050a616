import { X509Certificate } from "node:crypto";

const DAY_MS = 86_400_000;

export interface CertificateStatus {
  readonly path: string;
  /** Whole days until it expires; negative afterwards; null where the file is no certificate. */
  readonly daysLeft: number | null;
  /** ISO 8601; null where the file is no certificate. */
  readonly notAfter: string | null;
}

/** How long a certificate lasts. Of a file with several, the first one counts: it is the leaf. */
export function certificateStatus(path: string, pem: string, now: Date): CertificateStatus {
  try {
    const notAfter = new Date(new X509Certificate(pem).validTo);
    return { path, daysLeft: Math.floor((notAfter.getTime() - now.getTime()) / DAY_MS), notAfter: notAfter.toISOString() };
  } catch {
    return { path, daysLeft: null, notAfter: null };
  }
}

/** The one that ends first; what is no certificate comes before all. */
export function firstToExpire(certificates: readonly CertificateStatus[]): CertificateStatus | undefined {
  const left = (each: CertificateStatus) => each.daysLeft ?? Number.NEGATIVE_INFINITY;
  return [...certificates].sort((a, b) => left(a) - left(b))[0];
}
