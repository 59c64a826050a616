import type { ClusterModel, NodeModel, ServiceModel, Sources } from "../config";
import { identitiesOf } from "../pki/identities";
import type { Placement } from "../scheduler/placement";
import type { ArtifactVersion, Contribution, RenderContext, ServiceDefinition } from "../services/definition";
import type { EtcdClient } from "../services/etcd-users";
import { PayloadBuilder, union } from "./builder";
import { factFiles, instanceAddresses } from "./facts";
import { filesFromAttributes, healthFromAttributes } from "./from-attributes";
import type { CredentialSpec, HealthCheck, Payload, PayloadUnit, SecretSpec, Verification } from "./payload";

/** Where the node-side program lies, on the node and in the sources. */
export const ACTIVATE_PATH = "/usr/local/lib/minicluster/minicluster-activate";
export const ACTIVATE_SOURCE = "cloud-init/node/minicluster-activate";

export interface RenderInput {
  readonly cluster: ClusterModel;
  readonly placement: Placement;
  readonly sources: Sources;
  readonly definitions: readonly ServiceDefinition[];
  readonly artifacts: Readonly<Record<string, ArtifactVersion>>;
}

/**
 * All that a node should hold, as data.
 * @throws PayloadError if two services want one path with different contents, or a file breaks a rule of the payload
 */
export function renderNode(input: RenderInput, node: NodeModel): Payload {
  const { cluster, placement, sources } = input;
  const files = new PayloadBuilder();
  const units = new Map<string, string[]>();
  const verify: Verification[] = [];
  const health: HealthCheck[] = [];
  const credentials: CredentialSpec[] = [];
  const secrets: SecretSpec[] = [];
  const artifacts: string[] = [];
  const packages: string[] = [];
  const masked: string[] = [];

  for (const service of cluster.services.filter((each) => placement.hosts[each.name]?.includes(node.name))) {
    const contribution = contributionOf(input, node, service);
    for (const [path, file] of Object.entries({ ...filesFromAttributes(service), ...contribution.files }))
      files.add(service.name, path, file);
    for (const unit of service.systemdServices) units.set(unit, [...(units.get(unit) ?? []), service.name]);
    verify.push(...(contribution.verify ?? []));
    health.push(...(contribution.health ?? healthFromAttributes(service, node.addresses[0])));
    const consequences = { restarts: union(contribution.credentialRestarts ?? service.systemdServices), reloads: [] };
    const needsEtcd = usesEtcd(service, contribution);
    credentials.push(...identitiesOf(cluster, node, service, { ...consequences, needsEtcd }), ...(contribution.credentials ?? []));
    secrets.push(...(contribution.secrets ?? []));
    artifacts.push(...(contribution.artifacts ?? []));
    packages.push(...service.packages);
    masked.push(...(input.definitions.find((each) => each.name === service.name)?.masked ?? []));
  }

  for (const [path, file] of Object.entries(factFiles(cluster, placement, node))) files.add("minicluster", path, file);
  files.add("minicluster", ACTIVATE_PATH, { content: sourceFile(sources, ACTIVATE_SOURCE), mode: "0755" });

  return {
    node: node.name,
    files: files.build(),
    units: [...units].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, services]): PayloadUnit => ({ name, services: union(services) })),
    verify: verify.sort(byUnit),
    health: health.sort(byUnit),
    credentials: [...credentials].sort((a, b) => (a.directory < b.directory ? -1 : 1)),
    secrets: secrets.sort((a, b) => (a.path < b.path ? -1 : 1)),
    packages: union(packages),
    masked: union(masked),
    artifacts: union(artifacts),
    instances: instanceAddresses(cluster, placement, node),
  };
}

function byUnit(a: Verification, b: Verification): number {
  return `${a.unit}\t${a.command}` < `${b.unit}\t${b.command}` ? -1 : 1;
}

function usesEtcd(service: ServiceModel, contribution: Contribution): boolean {
  return service.etcdPrefixes.length > 0 || contribution.etcdAccess !== undefined;
}

function contributionOf(
  input: RenderInput,
  node: NodeModel,
  service: ServiceModel,
  clientsOfEtcd = clientsFor(input, service),
): Contribution {
  const definition = input.definitions.find((each) => each.name === service.name);
  if (definition?.render === undefined) return {};
  const context: RenderContext = {
    cluster: input.cluster,
    placement: input.placement,
    node,
    service,
    files: filesBelow(input.sources, `cloud-init/${service.name}`),
    given: filesBelow(input.sources, `given/${service.name}/`),
    artifacts: input.artifacts,
    nodesOf: (name) => input.cluster.nodes.filter((each) => input.placement.hosts[name]?.includes(each.name)),
    clientsOfEtcd,
  };
  return definition.render(context);
}

/** The same for every node, and costly with many of them: found once for each input. */
const knownClients = new WeakMap<RenderInput, readonly EtcdClient[]>();

function clientsFor(input: RenderInput, asking: ServiceModel): () => readonly EtcdClient[] {
  return () => {
    const known = knownClients.get(input) ?? findClients(input, asking);
    knownClients.set(input, known);
    return known;
  };
}

function findClients(input: RenderInput, asking: ServiceModel): EtcdClient[] {
  const { cluster, placement } = input;
  const refuse = (service: ServiceModel) => () => {
    throw new Error(`${service.name} asks for the clients of etcd, as ${asking.name} does; one service alone can`);
  };
  return cluster.services
    .filter((service) => service.name !== asking.name)
    .flatMap((service) =>
      cluster.nodes
        .filter((node) => placement.hosts[service.name]?.includes(node.name))
        .flatMap((node) => {
          const contribution = contributionOf(input, node, service, refuse(service));
          return usesEtcd(service, contribution) ? [{ service, node, access: contribution.etcdAccess ?? {} }] : [];
        }),
    );
}

/** Sorted by path, without the prefix. */
function filesBelow(sources: Sources, prefix: string) {
  return new Map(
    [...sources]
      .filter(([path]) => path.startsWith(prefix.endsWith("/") ? prefix : `${prefix}/`))
      .map(([path, file]) => [path.slice(prefix.length), file] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** @throws Error if the file is not among the sources: an installation that is not whole. */
export function sourceFile(sources: Sources, path: string): Buffer {
  const file = sources.get(path);
  if (file === undefined) throw new Error(`${path} is missing: this copy of minicluster is not whole`);
  return file.content;
}
