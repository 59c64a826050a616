import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatNetwork, type Network, overlap } from "./addresses";
import { LabError } from "./error";
import { Registry } from "./registry";
import { run } from "./run";
import { parseNetwork, type Subnets } from "./subnet";

/** What the labs of one host share, whoever's they are. */
export const HOST_FOLDER = "/run/minicluster-lab";
/** Held while a lab takes or returns something of the host. */
export const HOST_LOCK = join(HOST_FOLDER, "lock");

const FORWARDING = "/proc/sys/net/ipv4/ip_forward";
const FORWARDING_BEFORE = join(HOST_FOLDER, "ip_forward");

/** Every systemd takes about ten of them, and all machines share the host's root. */
const INOTIFY_INSTANCES = { file: "/proc/sys/fs/inotify/max_user_instances", enough: 1024 };

export const labsOfHost = new Registry(join(HOST_FOLDER, "labs"));

interface Used {
  readonly network: Network;
  readonly device: string;
}

/** Networks that this host's interfaces and routes use now, the default route aside. */
export async function usedNetworks(): Promise<Used[]> {
  const links = JSON.parse(await run("ip", ["-json", "address", "show"])) as {
    ifname: string;
    addr_info: { local: string; prefixlen: number; scope: string }[];
  }[];
  const addresses = links.flatMap((link) =>
    link.addr_info
      .filter((info) => info.scope === "global")
      .map((info) => ({ network: parseNetwork(`${info.local}/${info.prefixlen}`), device: link.ifname })),
  );
  const routes = await Promise.all(
    ["-4", "-6"].map(
      async (family) => JSON.parse((await run("ip", [family, "-json", "route", "show"])) || "[]") as { dst: string; dev?: string }[],
    ),
  );
  return [
    ...addresses,
    ...routes
      .flat()
      .filter((route) => route.dst !== "default" && !route.dst.startsWith("fe80:"))
      .map((route) => ({ network: parseNetwork(route.dst), device: route.dev ?? "a route" })),
  ];
}

/** Machines share some limits of the kernel, whose usual values are meant for one. It costs nothing, and stays. */
export function raiseLimits(): void {
  const { file, enough } = INOTIFY_INSTANCES;
  if (Number(readFileSync(file, "utf8")) < enough) writeFileSync(file, String(enough));
}

/** Throws if another lab or interface uses one of the networks. */
export async function refuseUsedNetworks(subnets: Subnets, bridge: string): Promise<void> {
  const used = await usedNetworks();
  for (const subnet of [subnets.ipv4, subnets.ipv6]) {
    if (!subnet) continue;
    const wanted = parseNetwork(subnet.network);
    const other = used.find((entry) => entry.device !== bridge && overlap(entry.network, wanted));
    if (!other) continue;
    const lab = labsOfHost.label(other.device);
    const owner = lab ? `the ${lab}` : `${other.device} (${formatNetwork(other.network)})`;
    throw new LabError(
      `${subnet.network} is used by ${owner}; choose other addresses in inventory.yml${lab ? ", or take that lab down" : ""}`,
    );
  }
}

/** How many networks labs choose from. */
const NETWORKS = 100 * 254;

/**
 * A /24 below 10.0.0.0/8 that nothing on this host uses, as its first address.
 *
 * @param name of the lab: the search begins at another place for each, so that labs that start at once do not meet
 */
export async function freeNetwork(name: string): Promise<string> {
  const used = await usedNetworks();
  for (let tries = 0; tries < NETWORKS; tries++) {
    const candidate = likelyNetwork(name, tries);
    const network = parseNetwork(`${candidate}/24`);
    if (!used.some((entry) => overlap(entry.network, network))) return candidate;
  }
  throw new LabError("no free network below 10.0.0.0/8 is left; take a lab down");
}

/** The /24, as its first address, at which a lab of that name looks first: always the same, and hardly another lab's. */
export function likelyNetwork(name: string, tries = 0): string {
  const index = (createHash("sha256").update(name).digest().readUInt32BE() + tries) % NETWORKS;
  return `10.${77 + Math.floor(index / 254)}.${1 + (index % 254)}.0`;
}

/** Lets this host forward packets, remembering what was set before the first lab. */
export function enableForwarding(bridge: string, label: string): void {
  mkdirSync(HOST_FOLDER, { recursive: true });
  if (!existsSync(FORWARDING_BEFORE)) writeFileSync(FORWARDING_BEFORE, readFileSync(FORWARDING, "utf8"));
  labsOfHost.join(bridge, label);
  writeFileSync(FORWARDING, "1");
}

/** Restores what was set before the first lab, and forgets it, if no other lab lives. The caller holds HOST_LOCK. */
export function restoreForwarding(bridge: string): void {
  labsOfHost.leave(bridge);
  if (labsOfHost.hasOthers(bridge)) return;
  if (existsSync(FORWARDING_BEFORE)) writeFileSync(FORWARDING, readFileSync(FORWARDING_BEFORE, "utf8").trim());
  rmSync(HOST_FOLDER, { recursive: true, force: true });
}
