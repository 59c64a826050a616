import type { CertificateMode, ClusterModel, CredentialModel, NodeModel, ServiceModel } from "../config";
import type { CertificateUse, CredentialSpec } from "../payload/payload";
import { etcdDirectory } from "../services/etcd-credentials";
import { hostName, instanceName, serviceName } from "../services/names";

const X509 = "/etc/credentials/x509";

/** What a renewed credential makes its units do. */
interface Consequences {
  readonly restarts: readonly string[];
  readonly reloads: readonly string[];
}

interface IdentityProps extends Consequences {
  /** Does the service talk to etcd? */
  readonly needsEtcd: boolean;
}

/** Which certificates a service has on one node. Pure: names and uses; the keys are made by Terraform. */
export function identitiesOf(cluster: ClusterModel, node: NodeModel, service: ServiceModel, props: IdentityProps): CredentialSpec[] {
  const { needsEtcd, ...consequences } = props;
  const specs = service.credentials.flatMap((credential) => [
    ...(credential.enableClient ? [clientSpec(cluster, node, service, credential, consequences)] : []),
    ...(credential.enableServer ? [serverSpec(cluster, node, service, credential, consequences)] : []),
  ]);
  if (needsEtcd) specs.push(etcdClientSpec(cluster, node, service, consequences));
  return specs;
}

/** The CN names service and host, which a server can trust; some programs look at DNS names only, and match the first. */
function clientSpec(
  cluster: ClusterModel,
  node: NodeModel,
  service: ServiceModel,
  credential: CredentialModel,
  consequences: Consequences,
): CredentialSpec {
  return {
    directory: `${X509}/${credential.name}/client`,
    issuer: "services",
    commonName: `${service.name}@${node.name}`,
    dnsNames: [serviceName(cluster, service.name), instanceName(cluster, node, service.name)],
    ipAddresses: [],
    uses: usesOf(credential.clientCertMode),
    owner: service.user,
    ...consequences,
  };
}

function serverSpec(
  cluster: ClusterModel,
  node: NodeModel,
  service: ServiceModel,
  credential: CredentialModel,
  consequences: Consequences,
): CredentialSpec {
  const names = [
    serviceName(cluster, service.name),
    instanceName(cluster, node, service.name),
    node.name,
    hostName(cluster, node),
    "localhost",
    ...(credential.name === service.name ? [] : [serviceName(cluster, credential.name)]),
    ...credential.extraSan.map((name) => serviceName(cluster, name)),
  ];
  return {
    directory: `${X509}/${credential.name}/server`,
    issuer: "services",
    commonName: serviceName(cluster, credential.name),
    dnsNames: [...new Set(names)],
    ipAddresses: [...new Set([...node.addresses, "127.0.0.1", "::1"])],
    uses: usesOf(credential.serverCertMode),
    owner: service.user,
    ...consequences,
  };
}

function etcdClientSpec(cluster: ClusterModel, node: NodeModel, service: ServiceModel, consequences: Consequences): CredentialSpec {
  return {
    directory: etcdDirectory(service.name),
    issuer: "etcd",
    commonName: `${service.name}@${node.name}`,
    dnsNames: [serviceName(cluster, service.name), instanceName(cluster, node, service.name)],
    ipAddresses: [],
    uses: ["client_auth"],
    owner: service.user,
    ...consequences,
  };
}

function usesOf(mode: CertificateMode): CertificateUse[] {
  return mode === "both" ? ["server_auth", "client_auth"] : [`${mode}_auth`];
}
