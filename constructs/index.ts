/** The public API: what a stack of one's own, or a service of one's own, is made of. */
export { Cluster, type ClusterProps } from "./cluster";
export { ClusterStack, type ClusterStackProps, stackId } from "./cluster-stack";
export {
  type ClusterModel,
  formatProblem,
  type LoadOptions,
  type LoadResult,
  loadCluster,
  type Problem,
  type Sources,
  type Warning,
} from "./config";
export type { Artifact } from "./node/artifact";
export { CommonNode, type CommonNodeProps, type INode } from "./node/common-node";
export { CoreNode, type CoreNodeProps } from "./node/core-node";
export { addProviders } from "./node/providers";
export { renderCloudConfig } from "./payload/cloud-config";
export type { CredentialSpec, HealthCheck, Payload, PayloadFile, PayloadUnit, SecretSpec, Verification } from "./payload/payload";
export { type RenderInput, renderNode } from "./payload/render";
export { Certificate, type CertificateProps } from "./pki/certificate";
export { CertificateAuthority, type CertificateAuthorityProps, type ICertificateAuthority } from "./pki/certificate-authority";
export { formatRecord, type Placement, type PlacementRecord, parseRecord, place, recordOf } from "./scheduler";
export type { Contribution, RenderContext, ServiceDefinition } from "./services/definition";
export { embeddedServices, platformOf } from "./services/registry";
