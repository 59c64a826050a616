import { type Board, type BoardNode, type BoardService, isMember } from "./board";
import type { Joined } from "./joined";
import { recordedLimit } from "./keep";
import { compareNames, listed, sortedNames } from "./order";
import type { Move, PlacementReason, PlacementRecord, RecordedService } from "./placement";
import type { Rebalanced } from "./rebalance";
import { recordedService } from "./record";
import { score } from "./rendezvous";

/** What the steps of a placement know about their decisions. */
export interface Story {
  readonly previous: PlacementRecord | undefined;
  readonly losses: ReadonlyMap<BoardService, ReadonlyMap<string, string>>;
  readonly joined: Joined;
  readonly rebalanced: readonly Rebalanced[];
}

/** Why each limited instance is where it is, sorted by service, then host. */
export function reasonsOf(board: Board, story: Story): PlacementReason[] {
  const arrivals = new Map(story.rebalanced.map((move) => [`${move.service.name}@${move.to.name}`, move.why]));
  return board.limited.flatMap((service) => {
    const cause = listed(causesOfNew(service, story));
    const favourites = service.fixed.size < service.hosts.size ? favouritesOf(service) : new Set();
    const hosts = [...service.hosts].sort((a, b) => compareNames(a.name, b.name));
    return hosts.map((host) => {
      const arrival = arrivals.get(`${service.name}@${host.name}`);
      let reason: string;
      if (service.fixed.has(host)) reason = "kept from the record";
      else if (arrival !== undefined) reason = `moved here: ${arrival}`;
      else if (cause !== "") reason = `${lostHosts(service, story).length > 0 ? "moved" : "added"} here: ${cause}`;
      else
        reason = favourites.has(host)
          ? "highest rendezvous score"
          : "evens out the load: the best-scoring nodes had more to do or a port taken";
      return { service: service.name, host: host.name, reason };
    });
  });
}

/** What differs from the record, new and removed services and `all` services included; empty without a record. */
export function movesOf(board: Board, story: Story): Move[] {
  const { previous } = story;
  if (previous === undefined) return [];
  const services = new Map(board.services.map((service) => [service.name, service]));
  const moves: Move[] = [];
  for (const name of sortedNames([...services.keys(), ...Object.keys(previous.services)])) {
    const service = services.get(name);
    const entry = recordedService(previous, name);
    const before = sortedNames(entry?.hosts ?? []);
    const after = sortedNames([...(service?.hosts ?? [])].map((node) => node.name));
    const from = before.filter((host) => !after.includes(host));
    const to = after.filter((host) => !before.includes(host));
    if (from.length === 0 && to.length === 0) continue;
    moves.push({ service: name, from, to, why: whyMoved(board, service, entry, from, to, story) });
  }
  return moves;
}

function whyMoved(
  board: Board,
  service: BoardService | undefined,
  entry: RecordedService | undefined,
  from: readonly string[],
  to: readonly string[],
  story: Story,
): string {
  if (service === undefined) return "the service was removed";
  if (entry === undefined) return "new service";
  const causes = service.limited ? causesOfLimited(service, story) : causesOfAll(board, service, entry, from, to, story);
  return listed([...new Set(causes)]) || "the record held other hosts";
}

function causesOfLimited(service: BoardService, story: Story): string[] {
  const moved = story.rebalanced.filter((move) => move.service === service).map((move) => move.why);
  const isNew = (node: BoardNode) => !service.fixed.has(node) && !story.rebalanced.some((m) => m.service === service && m.to === node);
  const added = [...service.hosts].some(isNew) ? causesOfNew(service, story) : [];
  return [...lostHosts(service, story), ...added, ...moved];
}

function causesOfAll(
  board: Board,
  service: BoardService,
  entry: RecordedService,
  from: readonly string[],
  to: readonly string[],
  story: Story,
): string[] {
  if (entry.group !== service.group) return [`scheduling_group ${entry.group} -> ${service.group}`];
  if ((entry.instances ?? "all") !== "all") return [`num_instances ${entry.instances} -> all`];
  const known = new Set(story.previous?.nodes);
  return [
    ...from.map((host) => (board.node(host) === undefined ? `${host} was removed` : `${host} left group ${service.group}`)),
    ...to.map((host) => {
      if (!known.has(host)) return `${host} was added`;
      const node = board.node(host);
      return node !== undefined && service.group !== "all" && isMember(service, node)
        ? `${host} joined group ${service.group}`
        : `${host} had no instance`;
    }),
  ];
}

/** Why a recorded service gets new instances, apart from rebalancing; empty for a new service, or without a record. */
function causesOfNew(service: BoardService, story: Story): string[] {
  const entry = recordedService(story.previous, service.name);
  if (entry === undefined) return [];
  const lost = [...new Set(lostHosts(service, story))];
  const limit = recordedLimit(entry);
  // More than were lost: the number was raised, or, for an embedded service, a group that was too small has grown.
  if (service.wanted <= entry.hosts.length && lost.length > 0) return lost;
  if (limit !== service.model.numInstances) return [...lost, `num_instances ${limit} -> ${service.model.numInstances}`];
  const grown = [...(story.joined.get(service.group)?.values() ?? [])];
  return lost.length + grown.length > 0 ? [...lost, ...grown] : ["an instance was missing"];
}

/** Why it left hosts that it did not get back. */
function lostHosts(service: BoardService, story: Story): string[] {
  const kept = new Set([...service.hosts].map((node) => node.name));
  return [...(story.losses.get(service) ?? [])].filter(([host]) => !kept.has(host)).map(([, why]) => why);
}

/** Those of its hosts that are among the nodes it likes best, as many as it wants. */
function favouritesOf(service: BoardService): Set<BoardNode> {
  const hosts = [...service.hosts].map((node) => ({ node, own: score(service, node), better: 0 }));
  for (const node of service.open) {
    const other = score(service, node);
    for (const host of hosts) if (other > host.own) host.better++;
  }
  return new Set(hosts.filter((host) => host.better < service.wanted).map((host) => host.node));
}
