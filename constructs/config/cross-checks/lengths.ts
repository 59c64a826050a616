import type { Drafts, ServiceDraft } from "../drafts";
import { placeIn, placeOfName } from "../drafts";
import type { Problem } from "../model";
import { type ProblemList, show } from "../problem";

/** X.509 has an upper bound for the common name. `<service>@<host>` stays below it by itself: 31 + 1 + 31. */
const COMMON_NAME = 64;
const LABEL = 63;
const DNS_NAME = 253;

/** Names made of several parts fit where they go. */
export function checkLengths({ inventory, services }: Drafts, problems: ProblemList): void {
  const domain = inventory?.attributes.domain;
  for (const service of services) {
    checkContainers(service, problems);
    if (domain !== undefined) checkCertificates(service, domain, problems);
  }
  if (!inventory || domain === undefined) return;
  const place = inventory.document.placeOf(["domain"]);
  // One problem of the domain, not one for each embedded service.
  const shipped = longest(services.filter((service) => service.embedded).flatMap(serverNames));
  if (`${shipped}.${domain}`.length > COMMON_NAME && shipped !== "")
    tooLong(`${shipped}.${domain}`, "a certificate's common name", COMMON_NAME, place, "shorten the domain", problems);
  const host = longest(inventory.nodes.map((node) => node.name));
  const full = `${host}.${longest(services.map((service) => service.name))}.${domain}`;
  if (full.length > DNS_NAME) tooLong(full, "a DNS name", DNS_NAME, place, "shorten the domain", problems);
}

function checkContainers(service: ServiceDraft, problems: ProblemList): void {
  for (const [index, container] of service.attributes.containers.entries()) {
    const label = `${service.name}-${container.name}`;
    if (label.length > LABEL)
      tooLong(label, "a DNS label", LABEL, placeIn(service, ["containers", index, "name"]), "shorten one of both", problems);
  }
}

function checkCertificates(service: ServiceDraft, domain: string, problems: ProblemList): void {
  for (const [index, credential] of service.attributes.service_credentials.entries()) {
    for (const [position, san] of credential.extra_san.entries()) {
      const place = placeIn(service, ["service_credentials", index, "extra_san", position]);
      if (san === domain || san.endsWith(`.${domain}`))
        problems.add({ ...place, message: `${show(san)} has the domain already, which is appended; leave it out` });
      else if (`${san}.${domain}`.length > DNS_NAME) tooLong(`${san}.${domain}`, "a DNS name", DNS_NAME, place, "shorten it", problems);
    }
    if (service.embedded || !credential.enable_server) continue;
    const place = placeIn(service, ["service_credentials", index, "name"]);
    if (`${service.name}.${domain}`.length > COMMON_NAME) {
      tooLong(
        `${service.name}.${domain}`,
        "a certificate's common name",
        COMMON_NAME,
        placeOfName(service),
        "shorten the service's name or the domain",
        problems,
      );
    }
    if (`${credential.name}.${domain}`.length > COMMON_NAME && credential.name !== service.name) {
      tooLong(`${credential.name}.${domain}`, "a certificate's common name", COMMON_NAME, place, "shorten it or the domain", problems);
    }
  }
}

function serverNames(service: ServiceDraft): string[] {
  return service.attributes.service_credentials
    .filter((credential) => credential.enable_server)
    .flatMap((credential) => [service.name, credential.name]);
}

function longest(names: readonly string[]): string {
  return names.reduce((a, b) => (b.length > a.length ? b : a), "");
}

function tooLong(text: string, what: string, most: number, place: Omit<Problem, "message">, advice: string, problems: ProblemList): void {
  problems.add({ ...place, message: `${show(text)} has ${text.length} characters, ${what} holds ${most}; ${advice}` });
}
