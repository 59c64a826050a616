import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The Debian release of the lab machines. */
export const SUITE = "trixie";
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** One repository of a sources list. */
interface Repository {
  readonly uri: string;
  readonly suites: readonly string[];
}

/**
 * The sources list of the machines, in deb822 form: the mirrors that this host uses for its own Debian release, with the
 * lab's release in its place. Undefined on a host with no such mirror, where mmdebstrap knows a default.
 */
export function machineSources(): string | undefined {
  const release = /^VERSION_CODENAME=(\w+)/m.exec(readText("/etc/os-release"))?.[1];
  const repositories = release ? hostRepositories() : [];
  const stanzas: string[] = [];
  const seen = new Set<string>();
  for (const { uri, suites } of repositories) {
    const mine = suites.filter((suite) => suite === release || [`${release}-updates`, `${release}-security`].includes(suite));
    const wanted = mine.map((suite) => SUITE + suite.slice((release as string).length)).filter((suite) => !seen.has(suite));
    if (wanted.length === 0) continue;
    for (const suite of wanted) seen.add(suite);
    const signedBy = existsSync(KEYRING) ? `Signed-By: ${KEYRING}\n` : "";
    stanzas.push(`Types: deb\nURIs: ${uri}\nSuites: ${wanted.join(" ")}\nComponents: main\n${signedBy}`);
  }
  return seen.has(SUITE) ? stanzas.join("\n") : undefined;
}

function hostRepositories(): Repository[] {
  const folder = "/etc/apt/sources.list.d";
  const files = existsSync(folder)
    ? readdirSync(folder)
        .sort()
        .map((name) => join(folder, name))
    : [];
  return [
    ...oneLine(readText("/etc/apt/sources.list")),
    ...files.filter((file) => file.endsWith(".list")).flatMap((file) => oneLine(readText(file))),
    ...files.filter((file) => file.endsWith(".sources")).flatMap((file) => deb822(readText(file))),
  ];
}

/** `deb [options] URI SUITE COMPONENT...` */
function oneLine(text: string): Repository[] {
  return [...text.matchAll(/^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+\S/gm)].map((match) => ({
    uri: match[1] as string,
    suites: [match[2] as string],
  }));
}

function deb822(text: string): Repository[] {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const lines = stanza.replace(/^#.*\n?/gm, "");
    const field = (name: string) =>
      new RegExp(`^${name}:[ \\t]*(.*(?:\\n[ \\t].*)*)`, "im").exec(lines)?.[1]?.split(/\s+/).filter(Boolean) ?? [];
    if (!field("Types").includes("deb") || field("Enabled")[0] === "no") return [];
    return field("URIs").map((uri) => ({ uri, suites: field("Suites") }));
  });
}

function readText(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}
