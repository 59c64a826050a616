import type { Drafts, ServiceDraft } from "../drafts";
import { placeIn } from "../drafts";
import { type ProblemList, show } from "../problem";
import type { YamlPath } from "../yaml-document";

/** Credentials and containers are named once in a service, public endpoints once in the cluster. */
export function checkDuplicates({ services }: Drafts, problems: ProblemList): void {
  const publicNames = new Map<string, string>();
  for (const service of services) {
    checkList(service, "service_credentials", "credential", problems);
    checkList(service, "containers", "container", problems);
    checkVolumes(service, problems);
    for (const [index, { name }] of service.attributes.public_endpoints.entries()) {
      const owner = publicNames.get(name);
      if (owner === undefined) publicNames.set(name, service.name);
      else
        report(
          service,
          ["public_endpoints", index, "name"],
          `the public name ${show(name)} is ${owner}'s already; choose another`,
          problems,
        );
    }
  }
}

function checkList(service: ServiceDraft, attribute: "service_credentials" | "containers", noun: string, problems: ProblemList): void {
  const names = service.attributes[attribute].map(({ name }) => name);
  names.forEach((name, index) => {
    if (names.indexOf(name) < index)
      report(service, [attribute, index, "name"], `the ${noun} ${show(name)} is there twice; rename or remove one`, problems);
  });
}

function checkVolumes(service: ServiceDraft, problems: ProblemList): void {
  for (const [index, { volumes }] of service.attributes.containers.entries()) {
    const targets = new Map<string, string>();
    for (const [source, target] of Object.entries(volumes)) {
      const other = targets.get(target);
      if (other === undefined) targets.set(target, source);
      else
        report(
          service,
          ["containers", index, "volumes", source],
          `${show(target)} is where ${other} is mounted; choose another target`,
          problems,
        );
    }
  }
}

function report(service: ServiceDraft, path: YamlPath, message: string, problems: ProblemList): void {
  problems.add({ ...placeIn(service, path), message });
}
