import type { ClusterModel, SourceFile, Sources } from "../constructs/config";
import { OPERATOR_KEY_SOURCE } from "../constructs/payload/cloud-config";
import { CERTIFICATE, HOST_CA, PINNED } from "../constructs/services/ssh";
import type { HostCertificates } from "./host-certificates";
import { pinnedKey } from "./known-hosts";
import { operatorKey } from "./operator-key";

/** The operator's public key is known once the inventory says where the private one is. */
export function withOperatorKey(sources: Sources, model: ClusterModel): Sources {
  const key = operatorKey(model);
  return key === undefined ? sources : new Map([...sources, [OPERATOR_KEY_SOURCE, file(key)]]);
}

/** What the vault holds for the service ssh: the host CA's public key, certificates, and the keys that a deploy checks. */
export function withHostKeys(
  sources: Sources,
  model: ClusterModel,
  knownHosts: string,
  certificates: HostCertificates | undefined,
): Sources {
  if (certificates === undefined) return sources;
  const given: [string, SourceFile][] = [[`given/ssh/${HOST_CA}`, file(certificates.authority)]];
  for (const { name, sshAddress } of model.nodes) {
    const pinned = pinnedKey(knownHosts, sshAddress, model.ssh.port);
    const certificate = certificates.nodes[name]?.certificate;
    if (pinned !== undefined) given.push([`given/ssh/${name}/${PINNED}`, file(pinned)]);
    // Without another key for Terraform to pin there is none to hide the certificate behind.
    if (certificate !== undefined && pinned !== certificates.nodes[name]?.key) {
      given.push([`given/ssh/${name}/${CERTIFICATE}`, file(certificate)]);
    }
  }
  return new Map([...sources, ...given]);
}

function file(line: string): SourceFile {
  return { content: Buffer.from(`${line}\n`), executable: false };
}
