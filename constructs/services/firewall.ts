import type { ContributedFile, Contribution, RenderContext, ServiceDefinition } from "./definition";
import { type OpenPort, openPorts } from "./firewall-table";
import { staticFiles } from "./static-files";

const UNIT = "firewall.service";
const FOLDER = "/etc/minicluster/firewall";
const LOAD = "/usr/local/lib/minicluster/firewall-load";
/** The rows that rules.nft has for every node, or takes from ssh.nft. */
const NOT_OF_MEMBERS = ["DHCPv6", "SSH"];

/** Drops what no row of the table of open ports lets in. */
export const firewall: ServiceDefinition = {
  name: "firewall",
  attributes: { packages: ["nftables"], systemd_services: [UNIT] },
  fixed: ["scheduling_group", "num_instances", "user", "systemd_services"],
  render(context: RenderContext): Contribution {
    const rows = openPorts(context.cluster, context.placement).filter((row) => row.node === context.node.name);
    const header = `# Written by minicluster; npx minicluster firewall shows it as a table.`;
    // A restart would leave a moment without a table.
    const door = (file: ContributedFile): ContributedFile => ({ ...file, restarts: [], reloads: [UNIT], confirm: true });
    return {
      files: mapValues(door, {
        ...staticFiles(context, () => []),
        [`${FOLDER}/ssh.nft`]: { content: rulesText([header, ...rows.filter((row) => row.why === "SSH").flatMap(rule)]) },
        [`${FOLDER}/members.nft`]: {
          content: memberRules(
            header,
            rows.filter((row) => !NOT_OF_MEMBERS.includes(row.why)),
          ),
        },
      }),
      verify: [{ unit: UNIT, command: `${LOAD} check` }],
      health: [{ unit: UNIT, command: "nft list chain inet minicluster input >/dev/null", timeoutSeconds: 10 }],
    };
  },
};

/** Sets of addresses first, each of them once, then a rule for each row and family. */
function memberRules(header: string, rows: readonly OpenPort[]): string {
  const sets = new Map(rows.map((row) => [row.from, row.sources]));
  sets.delete("everywhere");
  const definitions = [...sets]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([from, sources]) =>
      families(sources).map(({ version, members }) => `define ${setName(from, version)} = { ${members.join(", ")} }`),
    );
  const rules = rows.flatMap((row) =>
    row.from === "everywhere"
      ? [accept(row)]
      : families(row.sources).map(({ version, keyword }) => `${keyword} saddr $${setName(row.from, version)} ${accept(row)}`),
  );
  return rulesText([header, ...definitions, ...rules]);
}

/** A row with its addresses spelled out. */
function rule(row: OpenPort): string[] {
  if (row.from === "everywhere") return [accept(row)];
  return families(row.sources).map(({ keyword, members }) => `${keyword} saddr { ${members.join(", ")} } ${accept(row)}`);
}

function accept({ protocol, port, why }: OpenPort): string {
  return `${protocol} dport ${port} counter accept comment "${why}"`;
}

function families(sources: readonly string[]) {
  return [
    { version: 4, keyword: "ip", members: sources.filter((source) => !source.includes(":")) },
    { version: 6, keyword: "ip6", members: sources.filter((source) => source.includes(":")) },
  ].filter(({ members }) => members.length > 0);
}

/** `nodes of log-relay` -> `nodes_of_log_relay_4`: names of services hold no underscore, so no two are the same. */
function setName(from: string, version: number): string {
  return `${from.replaceAll(/[ -]/g, "_")}_${version}`;
}

function rulesText(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}

function mapValues<T>(change: (value: T) => T, record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
