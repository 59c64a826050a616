import type { Drafts, ServiceDraft } from "../drafts";
import { placeIn, placeOfName } from "../drafts";
import type { Problem } from "../model";
import { type ProblemList, show } from "../problem";

/**
 * Names that mean something of their own: to CoreDNS' etcd plugin (`dns`, `any`), in every server certificate (`localhost`),
 * as credentials of people (`admin`, `operator`), as the group of every node, as our own folders,
 * and one that every plain JavaScript object already holds.
 */
const RESERVED = ["admin", "all", "any", "constructor", "dns", "localhost", "minicluster", "operator"];

/** Someone who wants a name directly below the domain. */
interface Claim {
  readonly label: string;
  /** Two claims of one owner never clash. */
  readonly owner: string;
  /** The owner, for a message. */
  readonly called: string;
  readonly place: Omit<Problem, "message">;
  /** Of the whole value that claims the label. */
  readonly value: string;
}

/**
 * One owner per name directly below the domain, or a certificate for someone else's name could be had by writing it down:
 * services, credentials, `<service>-<container>`, hosts and `extra_san`, the embedded ones included.
 */
export function checkNames(drafts: Drafts, reserved: readonly string[], problems: ProblemList): void {
  const owners = new Map<string, Claim>();
  const taken = new Set([...RESERVED, ...reserved]);
  for (const draft of drafts.services) if (draft.embedded) taken.delete(draft.name);
  for (const claim of claimsOf(drafts)) {
    const first = owners.get(claim.label);
    const text = claim.value === claim.label ? show(claim.label) : `${show(claim.value)}: ${show(claim.label)}`;
    if (taken.has(claim.label)) {
      problems.add({ ...claim.place, message: `${text} is reserved; choose another name` });
    } else if (first === undefined) {
      owners.set(claim.label, claim);
    } else if (first.owner !== claim.owner) {
      problems.add({ ...claim.place, message: `${text} belongs to ${first.called}; choose another name` });
    }
  }
}

/** Names of services come first, then hosts, then what services ask for besides: a name as such outranks a wish. */
function* claimsOf(drafts: Drafts): Generator<Claim> {
  for (const service of drafts.services) {
    yield { ...ownerOf(service), label: service.name, value: service.name, place: placeOfName(service) };
  }
  for (const { name } of drafts.inventory?.nodes ?? []) {
    const place = (drafts.inventory as NonNullable<Drafts["inventory"]>).document.placeOfKey(["nodes", name]);
    yield { owner: `node ${name}`, called: `the node ${name}`, label: name, value: name, place };
  }
  for (const service of drafts.services) yield* wishesOf(service);
}

function* wishesOf(service: ServiceDraft): Generator<Claim> {
  const owner = ownerOf(service);
  for (const [index, credential] of service.attributes.service_credentials.entries()) {
    const path = ["service_credentials", index];
    yield { ...owner, label: credential.name, value: credential.name, place: placeIn(service, [...path, "name"]) };
    for (const [position, san] of credential.extra_san.entries()) {
      // `core-1.etcd` is etcd's as well: the label next to the domain decides.
      const label = san.slice(san.lastIndexOf(".") + 1);
      yield { ...owner, label, value: san, place: placeIn(service, [...path, "extra_san", position]) };
    }
  }
  for (const [index, container] of service.attributes.containers.entries()) {
    const label = `${service.name}-${container.name}`;
    yield { ...owner, label, value: label, place: placeIn(service, ["containers", index, "name"]) };
  }
}

function ownerOf(service: ServiceDraft): Pick<Claim, "owner" | "called"> {
  return { owner: `service ${service.name}`, called: `the ${service.embedded ? "embedded " : ""}service ${service.name}` };
}
