import { type ClusterModel, hasVolumes, listeningPorts, type NodeModel, nodesOfGroup, type ServiceModel } from "../config/model";
import { byName, sortedNames } from "./order";
import { type Digest, digestOf } from "./rendezvous";

/** A node while services are being put on it. */
export interface BoardNode {
  readonly name: string;
  readonly model: NodeModel;
  readonly digest: Digest;
  /** Limited services that it runs. */
  readonly limited: Set<BoardService>;
  /** Their number, kept beside because it is read millions of times. */
  load: number;
  /** Port -> the service that has it. */
  readonly ports: Map<number, BoardService>;
}

/** A service while hosts are being found for it. */
export interface BoardService {
  readonly name: string;
  readonly model: ServiceModel;
  readonly digest: Digest;
  readonly group: string;
  readonly ports: readonly number[];
  /** Every node of its group, sorted by name. */
  readonly members: readonly BoardNode[];
  /** Those that may host it if it is limited: not drained. */
  readonly open: readonly BoardNode[];
  /** How many instances there should be: `num_instances`, for an embedded service capped by what is open. */
  readonly wanted: number;
  readonly limited: boolean;
  /** Where its data lies on a node, sorted; empty when it keeps none. */
  readonly volumes: readonly string[];
  readonly hosts: Set<BoardNode>;
  /** Hosts that this run must not take back: those kept from the record. */
  readonly fixed: Set<BoardNode>;
}

/** Why a service cannot be on a node: somebody else has the port. */
export interface PortConflict {
  readonly port: number;
  readonly owner: BoardService;
}

/** Nodes and services of a model with who runs where so far. Sorted by name, whatever the order of the model. */
export class Board {
  readonly nodes: readonly BoardNode[];
  readonly services: readonly BoardService[];
  readonly limited: readonly BoardService[];
  private readonly byNodeName: ReadonlyMap<string, BoardNode>;

  constructor(model: ClusterModel) {
    this.nodes = byName(model.nodes).map((node) => ({
      name: node.name,
      model: node,
      digest: digestOf("node", node.name),
      limited: new Set(),
      load: 0,
      ports: new Map(),
    }));
    this.byNodeName = new Map(this.nodes.map((node) => [node.name, node]));
    const members = new Map<string, BoardNode[]>();
    const open = new Map<string, BoardNode[]>();
    for (const group of new Set(model.services.map((service) => service.schedulingGroup))) {
      const names = new Set(nodesOfGroup(model.nodes, group).map((node) => node.name));
      const nodes = this.nodes.filter((node) => names.has(node.name));
      members.set(group, nodes);
      open.set(
        group,
        nodes.filter((node) => !node.model.drain),
      );
    }
    this.services = byName(model.services).map((service) =>
      boardService(service, members.get(service.schedulingGroup) ?? [], open.get(service.schedulingGroup) ?? []),
    );
    this.limited = this.services.filter((service) => service.limited);
  }

  node(name: string): BoardNode | undefined {
    return this.byNodeName.get(name);
  }

  put(service: BoardService, node: BoardNode): void {
    service.hosts.add(node);
    if (service.limited) node.load = node.limited.add(service).size;
    for (const port of service.ports) node.ports.set(port, service);
  }

  take(service: BoardService, node: BoardNode): void {
    service.hosts.delete(node);
    service.fixed.delete(node);
    node.limited.delete(service);
    node.load = node.limited.size;
    for (const port of service.ports) if (node.ports.get(port) === service) node.ports.delete(port);
  }

  /** Was the instance put there by this run, so that this run may still change its mind? */
  isFree(service: BoardService, node: BoardNode): boolean {
    return service.limited && service.hosts.has(node) && !service.fixed.has(node);
  }
}

export function isMember(service: BoardService, node: BoardNode): boolean {
  return service.group === "all" || node.model.groups.includes(service.group);
}

/** Instances that are still to be placed. */
export function missing(service: BoardService): number {
  return service.wanted - service.hosts.size;
}

/** The first port of the service that another one has on the node. */
export function portConflict(service: BoardService, node: BoardNode): PortConflict | undefined {
  for (const port of service.ports) {
    const owner = node.ports.get(port);
    if (owner !== undefined && owner !== service) return { port, owner };
  }
  return undefined;
}

/** Could an instance be put on this open node now? */
export function fits(service: BoardService, node: BoardNode): boolean {
  return !service.hosts.has(node) && (service.ports.length === 0 || portConflict(service, node) === undefined);
}

/** The lowest-numbered port that both services listen on. */
export function sharedPort(a: BoardService, b: BoardService): number | undefined {
  return a.ports.find((port) => b.ports.includes(port));
}

function boardService(model: ServiceModel, members: readonly BoardNode[], open: readonly BoardNode[]): BoardService {
  const { numInstances } = model;
  // An embedded service that asks for two runs one on a core of one. Never none: a core that is wholly drained is a mistake.
  const cap = model.embedded ? Math.max(1, open.length) : Number.POSITIVE_INFINITY;
  return {
    name: model.name,
    model,
    digest: digestOf("service", model.name),
    group: model.schedulingGroup,
    ports: listeningPorts(model),
    members,
    open,
    wanted: numInstances === "all" ? members.length : Math.min(numInstances, cap),
    limited: numInstances !== "all",
    volumes: hasVolumes(model) ? sortedNames(model.containers.flatMap((c) => Object.keys(c.volumes))) : [],
    hosts: new Set(),
    fixed: new Set(),
  };
}
