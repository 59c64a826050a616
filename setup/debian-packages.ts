import { existsSync, readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import labPackages from "../lab/packages.json";
import { lastLines, runCommand } from "./command";
import { step } from "./progress";

/** The lab's, ssh for the minicluster command, and what `npm test` calls. */
const PACKAGES = [...new Set([...labPackages, "openssh-client", "shellcheck"])].sort();

/** Daemons that would start at the next boot; the lab runs its own instance when it needs one. */
const DAEMONS = ["apt-cacher-ng"];

/** Asked before a package's own scripts start a daemon; 101 forbids it. */
const POLICY = "/usr/sbin/policy-rc.d";
const OUR_POLICY = "#!/bin/sh\n# minicluster's set-up installs packages without starting anything.\nexit 101\n";

/**
 * Installs the Debian packages that are missing, where this is a Debian-like system and we are root. What
 * cannot be installed is said and does no more harm: the lab's tests are skipped.
 */
export async function provideDebianPackages(): Promise<void> {
  if (process.platform !== "linux" || !existsSync("/usr/bin/apt-get")) return;
  const missing = await missingPackages(PACKAGES);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0) {
    console.log(`Debian packages are missing: sudo apt-get install ${missing.join(" ")}`);
    return;
  }
  const failure = await step(`Debian packages ${missing.join(" ")}`, () => install(missing));
  if (failure) console.log(`apt-get could not install them, going on without:\n${failure}`);
}

async function missingPackages(packages: readonly string[]): Promise<string[]> {
  const asked = await runCommand("dpkg-query", ["-W", "-f", "${Package} ${db:Status-Status}\\n", ...packages]);
  return missingFrom(packages, asked.stdout);
}

/** Those packages that a listing of `name status` lines does not call installed. */
export function missingFrom(packages: readonly string[], listing: string): string[] {
  const lines = new Set(listing.split("\n"));
  return packages.filter((name) => !lines.has(`${name} installed`));
}

/** Returns what apt-get said when it failed. */
async function install(packages: readonly string[]): Promise<string | undefined> {
  const isOurs = !existsSync(POLICY) || readFileSync(POLICY, "utf8") === OUR_POLICY;
  if (isOurs) await writeFile(POLICY, OUR_POLICY, { mode: 0o755 });
  try {
    const apt = (args: readonly string[]) =>
      runCommand("apt-get", ["-q", "-o", "DPkg::Lock::Timeout=300", ...args], {
        environment: { DEBIAN_FRONTEND: "noninteractive", NEEDRESTART_SUSPEND: "1" },
      });
    const updated = await apt(["update"]);
    const installed = await apt(["install", "-y", "--no-install-recommends", ...packages]);
    for (const daemon of DAEMONS.filter((name) => packages.includes(name))) {
      await runCommand("update-rc.d", [daemon, "disable"]);
    }
    if (installed.status === 0) return undefined;
    return lastLines(updated.status === 0 ? installed.output : updated.output, 6);
  } finally {
    if (isOurs) await rm(POLICY, { force: true });
  }
}
