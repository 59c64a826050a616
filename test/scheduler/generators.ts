import fc from "fast-check";
import type { ClusterModel, NodeModel, ServiceModel } from "../../constructs/config/model";
import { cluster, node, service, volumes } from "./models";

export const GROUPS = ["core", "ssd"];

export interface Wild {
  /** Some nodes are drained or known to be down. */
  readonly troubles?: boolean;
  /** Some services contend for ports. */
  readonly ports?: boolean;
  readonly maxNodes?: number;
  readonly maxServices?: number;
}

function rarely<T>(value: T, otherwise: T, oneIn: number): fc.Arbitrary<T> {
  return fc.oneof({ weight: 1, arbitrary: fc.constant(value) }, { weight: oneIn - 1, arbitrary: fc.constant(otherwise) });
}

export function nodeArbitrary(name: string, { troubles = false }: Wild): fc.Arbitrary<NodeModel> {
  return fc
    .record({
      groups: fc.subarray(GROUPS),
      drain: troubles ? rarely(true, false, 5) : fc.constant(false),
      skip: troubles ? rarely(true, false, 6) : fc.constant(false),
    })
    .map((fields) => node(name, fields));
}

export function serviceArbitrary(name: string, { ports = false }: Wild): fc.Arbitrary<ServiceModel> {
  return fc
    .record({
      embedded: rarely(true, false, 4),
      schedulingGroup: fc.constantFrom("all", ...GROUPS),
      numInstances: fc.oneof(
        { weight: 1, arbitrary: fc.constant("all" as const) },
        { weight: 4, arbitrary: fc.integer({ min: 1, max: 3 }) },
      ),
      rebalance: rarely(false, true, 4),
      ports: ports ? fc.subarray([80, 81, 82], { maxLength: 2 }) : fc.constant([]),
      data: rarely(true, false, 5),
    })
    .map(({ data, ...fields }) => service(name, { ...fields, ...(data ? volumes(`/srv/${name}`) : {}) }));
}

/** Any small cluster, those that cannot be placed included. */
export function modelArbitrary(wild: Wild): fc.Arbitrary<ClusterModel> {
  const { maxNodes = 8, maxServices = 8 } = wild;
  return fc
    .tuple(fc.integer({ min: 1, max: maxNodes }), fc.integer({ min: 0, max: maxServices }))
    .chain(([nodeCount, serviceCount]) =>
      fc.tuple(
        fc.tuple(...Array.from({ length: nodeCount }, (_, i) => nodeArbitrary(`node-${i}`, wild))),
        fc.tuple(...Array.from({ length: serviceCount }, (_, i) => serviceArbitrary(`service-${i}`, wild))),
      ),
    )
    .map(([nodes, services]) => cluster(nodes, services));
}

/** A cluster in which no service asks for more instances than its group has open nodes: most of these can be placed. */
export function modestArbitrary(wild: Wild): fc.Arbitrary<ClusterModel> {
  return modelArbitrary(wild).map((model) => cluster(model.nodes, modest(model.nodes, model.services)));
}

export function modest(nodes: readonly NodeModel[], services: readonly ServiceModel[]): ServiceModel[] {
  return services.flatMap((one) => {
    const open = nodes.filter((n) => !n.drain && (one.schedulingGroup === "all" || n.groups.includes(one.schedulingGroup)));
    if (one.numInstances === "all") return [one];
    return open.length === 0 ? [] : [{ ...one, numInstances: Math.min(one.numInstances, open.length) }];
  });
}
