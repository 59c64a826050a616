import type { ClusterModel, Scheme, ServiceModel } from "../constructs/config";
import { UserError } from "../edge/user-error";

/** Where a service answers to browsers. */
export interface Page {
  readonly port: number;
  readonly scheme: Scheme;
}

/**
 * The page of a service: its first public endpoint, else its first monitoring endpoint, which for programs like Prometheus is
 * the port of their pages too.
 * @throws UserError if there is no such service, or none of these
 */
export function pageOfService(model: ClusterModel, name: string): Page {
  const service = model.services.find((each) => each.name === name);
  if (service === undefined) throw new UserError(`no service is named ${name}; services: ${servicesWithPages(model).join(", ")}`);
  const page = endpointOf(service);
  if (page === undefined) throw new UserError(`${name} has no page: neither a public nor a monitoring endpoint`);
  return { port: page.port, scheme: page.scheme };
}

function endpointOf(service: ServiceModel) {
  return service.publicEndpoints[0] ?? service.monitoringEndpoints[0];
}

function servicesWithPages(model: ClusterModel): string[] {
  return model.services.filter((service) => endpointOf(service) !== undefined).map((service) => service.name);
}
