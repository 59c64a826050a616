import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../setup/folders";
import { LabError } from "./error";
import { withLock } from "./lock";
import { machineSources, SUITE } from "./mirror";
import { tryRun } from "./run";

/** What machines have before their first boot, besides what a cloud image has: a lab of many then spares its host the unpacking. */
export interface Preinstalled {
  readonly packages: readonly string[];
  /** Units that must not start as their packages are installed, nor at a boot. */
  readonly masked: readonly string[];
}

/** What a Debian 13 cloud image has and the lab needs; nothing that minicluster installs itself. */
const PACKAGES = [
  "ca-certificates",
  "cloud-init",
  "dbus",
  "iproute2",
  "iputils-ping",
  "kmod",
  "less",
  "netbase",
  "nftables",
  "openssh-server",
  "procps",
  "sudo",
  "systemd",
  "systemd-sysv",
  "udev",
];

/** Runs in the finished tree; the machines' common part of being lab machines lies in image/. */
const FILES = join(__dirname, "image");
const CUSTOMIZE = [
  `cp -r --no-preserve=ownership ${FILES}/. "$1"`,
  // Each machine makes its own at first boot.
  'rm -f "$1"/etc/ssh/ssh_host_*_key* "$1"/var/lib/dbus/machine-id && : > "$1/etc/machine-id"',
  'chroot "$1" systemctl --quiet enable systemd-networkd.service',
  // They would take dpkg's lock at a time of their own.
  'chroot "$1" systemctl --quiet mask apt-daily.timer apt-daily-upgrade.timer',
  'mkdir -p "$1/var/log/journal" && rm -f "$1/etc/apt/apt.conf.d/99mmdebstrap"',
];

/**
 * The folder of the base image, built first if no one has. It is kept below the user's cache folder, named by a hash of
 * everything that it is made of.
 *
 * @param preinstalled what lies ready in it
 * @param aptCachePort port of a package cache on 127.0.0.1
 * @param log told what is being done, for builds take half a minute
 */
export async function baseImage(
  preinstalled: Preinstalled,
  aptCachePort: number | undefined,
  log: (line: string) => void,
): Promise<string> {
  const folder = join(cacheFolder(), "lab");
  const sources = machineSources();
  const recipe = JSON.stringify([SUITE, PACKAGES, CUSTOMIZE.slice(1), preinstalled, sources, process.arch, imageFiles(FILES)]);
  const image = join(folder, `base-${createHash("sha256").update(recipe).digest("hex").slice(0, 12)}`);
  if (existsSync(image)) return image;
  mkdirSync(folder, { recursive: true });
  return withLock(join(folder, "base.lock"), async () => {
    if (!existsSync(image)) await build(image, preinstalled, sources, aptCachePort, log);
    return image;
  });
}

async function build(
  image: string,
  preinstalled: Preinstalled,
  sources: string | undefined,
  aptCachePort: number | undefined,
  log: (line: string) => void,
): Promise<void> {
  const started = performance.now();
  log("building the base image, once; this takes about half a minute ...");
  const unfinished = `${image}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  const result = await tryRun(
    // With this process ends the build, or the next one would meet it.
    "setpriv",
    [
      ...["--pdeathsig", "TERM", "mmdebstrap"],
      "--mode=root",
      "--format=directory",
      "--variant=minbase",
      `--include=${[...PACKAGES, ...preinstalled.packages].join(",")}`,
      `--essential-hook=${maskCommand(preinstalled.masked)}`,
      // What these recommend nobody asked for, as the nodes' cloud-config has it.
      '--aptopt=APT::Install-Recommends "false"',
      // Machines of a lab need not survive the host's power cut.
      "--dpkgopt=force-unsafe-io",
      ...(aptCachePort === undefined ? [] : [`--aptopt=Acquire::http::Proxy "http://127.0.0.1:${aptCachePort}"`]),
      ...CUSTOMIZE.map((line) => `--customize-hook=${line}`),
      SUITE,
      unfinished,
      ...(sources === undefined ? [] : ["-"]),
    ],
    { input: sources ?? "" },
  );
  if (result.code !== 0) {
    rmSync(unfinished, { recursive: true, force: true });
    throw new LabError(`the base image cannot be built:\n${result.stderr.trim().split("\n").slice(-15).join("\n")}`);
  }
  renameSync(unfinished, image);
  log(`base image built in ${((performance.now() - started) / 1000).toFixed(0)} s: ${image}`);
}

/** systemctl is not there yet. */
function maskCommand(units: readonly string[]): string {
  return ['mkdir -p "$1/etc/systemd/system"', ...units.map((unit) => `ln -sf /dev/null "$1/etc/systemd/system/${unit}"`)].join(" && ");
}

/** Path and content of every file below a folder. */
function imageFiles(folder: string): [string, string][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry): [string, string] => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(folder.length), readFileSync(path, "utf8")];
    })
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
