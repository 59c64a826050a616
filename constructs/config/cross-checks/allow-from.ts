import type { Drafts, ServiceDraft } from "../drafts";
import { placeIn } from "../drafts";
import { hint } from "../nearest";
import { type ProblemList, show } from "../problem";
import type { YamlPath } from "../yaml-document";

/** Whom `allow_from` names must exist, and so must the ports: a slip would close what should be open. */
export function checkAllowFrom({ services }: Drafts, problems: ProblemList): void {
  const known = services.map((service) => service.name).sort();
  for (const service of services) {
    const { allow_from: said } = service.attributes;
    if (typeof said === "string") continue;
    const lists: [YamlPath, unknown][] = Array.isArray(said)
      ? [[["allow_from"], said]]
      : Object.entries(said).map(([port, peers]) => [["allow_from", port], peers]);
    for (const [path, peers] of lists) {
      for (const [index, name] of (Array.isArray(peers) ? peers : []).entries()) {
        if (known.includes(name)) continue;
        problems.add({ ...placeIn(service, [...path, index]), message: `no service is named ${show(name)}${hint(name, known)}` });
      }
    }
    if (!Array.isArray(said)) checkPortsOf(service, Object.keys(said), problems);
  }
}

function checkPortsOf(service: ServiceDraft, named: readonly string[], problems: ProblemList): void {
  const { ports, monitoring_endpoints, public_endpoints, containers } = service.attributes;
  const listens = [...ports, ...[...monitoring_endpoints, ...public_endpoints, ...containers].flatMap(({ port }) => port ?? [])];
  for (const port of named) {
    if (listens.includes(Number(port))) continue;
    problems.add({
      ...placeIn(service, ["allow_from", port]),
      message: `the service does not listen on ${port}; add it to ports, or remove it here`,
    });
  }
}
