import type { MonitoringEndpointModel, NodeModel, ServiceModel } from "../config";
import type { RenderContext } from "./definition";
import { instanceName } from "./names";

/** One address that Prometheus scrapes. */
export interface MonitoringTarget {
  readonly service: ServiceModel;
  readonly endpoint: MonitoringEndpointModel;
  readonly node: NodeModel;
}

/** What every series of a target says of where it comes from. */
export interface TargetLabels {
  readonly job: string;
  readonly service: string;
  readonly host: string;
}

/** A group of targets as `file_sd_configs` reads it. */
export interface TargetGroup {
  readonly targets: readonly string[];
  readonly labels: TargetLabels & { readonly __scheme__?: "http" };
}

/** Every monitoring endpoint on every node of the placement; a node that is known to be down (`skip`) has none. */
export function monitoringTargets(context: RenderContext): MonitoringTarget[] {
  return context.cluster.services.flatMap((service) =>
    service.monitoringEndpoints.flatMap((endpoint) => awake(context, service.name).map((node) => ({ service, endpoint, node }))),
  );
}

export function labelsOf({ service, endpoint, node }: MonitoringTarget): TargetLabels {
  return { job: endpoint.jobName, service: service.name, host: node.name };
}

/**
 * A target by the name of the instance, `<host>.<service>.<domain>`: /etc/hosts has it, and the certificate that the target
 * shows must have it too, so that adding a service changes the list of targets and no configuration.
 */
export function staticGroup(context: RenderContext, target: MonitoringTarget): TargetGroup {
  return {
    targets: [`${instanceName(context.cluster, target.node, target.service.name)}:${target.endpoint.port}`],
    labels: { ...labelsOf(target), ...(target.endpoint.scheme === "http" ? { __scheme__: "http" } : {}) },
  };
}

/** Instances of a service that listens on `port`, as targets of a job of the service's name. */
export function instanceGroups(context: RenderContext, service: string, port: number): TargetGroup[] {
  return awake(context, service).map((node) => ({
    targets: [`${instanceName(context.cluster, node, service)}:${port}`],
    labels: { job: service, service, host: node.name },
  }));
}

function awake(context: RenderContext, service: string): NodeModel[] {
  return context.nodesOf(service).filter((node) => !node.skip);
}
