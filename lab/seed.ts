import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseAddress } from "./addresses";
import { APT_CACHE_PORT, machineNameservers } from "./network";
import type { Subnets } from "./subnet";

export interface SeedProps {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly subnets: Subnets;
  /** A cloud-config. */
  readonly userData: string;
  /** Is there a package cache behind the bridge? */
  readonly aptCache: boolean;
  /** Where the machine's SSH server shall listen. */
  readonly sshPort: number;
}

/**
 * Lays onto an empty disk (the writable side of a machine's overlay) what a provider gives a machine: a NoCloud seed with
 * an instance id that no machine had before, and a network.
 */
export function writeSeed(disk: string, props: SeedProps): void {
  const seed = "var/lib/cloud/seed/nocloud";
  const instance = `${props.name}-${randomBytes(6).toString("hex")}`;
  put(disk, `${seed}/meta-data`, `instance-id: ${instance}\nlocal-hostname: ${props.name}\n`);
  put(disk, `${seed}/user-data`, props.userData, 0o600);
  put(disk, "etc/hostname", `${props.name}\n`);
  put(disk, "etc/hosts", `127.0.0.1 localhost\n127.0.1.1 ${props.name}\n::1 localhost ip6-localhost ip6-loopback\n`);
  put(disk, "etc/systemd/network/10-lab.network", networkFile(props));
  put(
    disk,
    "etc/resolv.conf",
    machineNameservers(props.subnets)
      .map((address) => `nameserver ${address}\n`)
      .join(""),
  );
  put(disk, "etc/systemd/system/firewall.service.d/lab.conf", doorForHost(props));
  if (props.sshPort !== 22) put(disk, "etc/ssh/sshd_config.d/lab.conf", `Port ${props.sshPort}\n`);
  if (props.aptCache) {
    const proxy = `http://${props.subnets.ipv4.gateway}:${APT_CACHE_PORT}`;
    put(disk, "etc/apt/apt.conf.d/90lab", `Acquire::http::Proxy "${proxy}";\nAcquire::https::Proxy "DIRECT";\n`);
  }
}

/** Tests ask services from this host, as a member would; SSH from it is as a cluster's own firewall has it. */
function doorForHost({ subnets, sshPort }: SeedProps): string {
  const insert = (family: string, address: string) =>
    `/usr/sbin/nft insert rule inet minicluster input ${family} saddr ${address} tcp dport != ${sshPort} accept`;
  const rules = [insert("ip", subnets.ipv4.gateway), ...(subnets.ipv6 ? [insert("ip6", subnets.ipv6.gateway)] : [])];
  return ["[Service]", ...rules.flatMap((rule) => [`ExecStart=${rule}`, `ExecReload=${rule}`]), ""].join("\n");
}

/** host0 is what systemd-nspawn calls the machine's end of the cable. */
function networkFile({ addresses, subnets }: SeedProps): string {
  const sections = addresses.map((address) => {
    const ipv4 = parseAddress(address).family === 4;
    // Lab addresses are unique; waiting for the detection of duplicates would take a second.
    return `[Address]\nAddress=${address}/${ipv4 ? 24 : 64}\nDuplicateAddressDetection=none\n`;
  });
  return ["[Match]\nName=host0\n", `[Network]\nGateway=${subnets.ipv4.gateway}\nIPv6AcceptRA=no\n`, ...sections].join("\n");
}

function put(disk: string, path: string, content: string, mode = 0o644): void {
  const file = join(disk, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content, { mode });
}
