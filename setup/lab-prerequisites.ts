import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Program -> the Debian package that has it. */
export const LAB_PROGRAMS: Readonly<Record<string, string>> = {
  "apt-cacher-ng": "apt-cacher-ng",
  ip: "iproute2",
  mmdebstrap: "mmdebstrap",
  nft: "nftables",
  ssh: "openssh-client",
  "systemd-nspawn": "systemd-container",
  unshare: "util-linux",
};

/** Programs of the administrator, which a plain user's PATH lacks. */
const ADMINISTRATOR_FOLDERS = ["/usr/sbin", "/sbin"];

/**
 * Why lab machines (containers that boot Debian, each with a network of its own) cannot be made here, and
 * what to do about it, as half a sentence; undefined when they can. Takes some hundredths of a second.
 */
export function labUnavailable(): string | undefined {
  if (process.platform !== "linux") return "this is not Linux; use a Debian machine, as root";
  const missing = Object.keys(LAB_PROGRAMS).filter((program) => !isInstalled(program));
  if (missing.length > 0) {
    const packages = missing.map((program) => LAB_PROGRAMS[program]).join(" ");
    return `${missing.join(", ")} missing; run apt-get install ${packages} as root`;
  }
  if (process.getuid?.() !== 0) return "this user is not root; run it as root";
  if (!existsSync("/sys/fs/cgroup")) return "/sys/fs/cgroup is missing; mount the control groups";
  return networkRefusal();
}

function isInstalled(program: string): boolean {
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...ADMINISTRATOR_FOLDERS];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Tries what a lab does: a mount and a network namespace of its own, in it a bridge and a filter table. */
function networkRefusal(): string | undefined {
  const script = "ip link add probe0 type bridge && nft add table inet probe";
  const tried = spawnSync("unshare", ["--mount", "--net", "sh", "-ec", script], {
    encoding: "utf8",
    env: { ...process.env, PATH: [process.env.PATH, ...ADMINISTRATOR_FOLDERS].join(delimiter) },
  });
  if (tried.status === 0) return undefined;
  const said = (tried.stderr ?? String(tried.error)).trim().split("\n").at(-1);
  return `network namespaces, bridges or nftables are refused here (${said}); use a machine that is not a restricted container`;
}
