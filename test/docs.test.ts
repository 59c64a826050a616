import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { inventoryJsonSchema, loadCluster, servicesJsonSchema } from "../constructs/config";
import { embeddedServices, platformOf, reservedNames } from "../constructs/services/registry";
import { PROJECT, readSources } from "../edge/read-sources";

const CLUSTER = join(PROJECT, "cluster");
const configuration = read("docs/configuration.md");

function read(path: string): string {
  return readFileSync(join(PROJECT, path), "utf8");
}

function filesBelow(folder: string, suffix: string): string[] {
  return readdirSync(join(PROJECT, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(suffix))
    .map((path) => `${folder}/${path}`)
    .sort();
}

interface Schema {
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly additionalProperties?: Schema | boolean;
  readonly patternProperties?: Record<string, Schema>;
}

/** Every attribute that the schema knows, at any depth. Names of services, nodes and variables are no attributes. */
function attributesOf(schema: Schema): string[] {
  const { properties = {}, items, anyOf = [], additionalProperties, patternProperties = {} } = schema;
  const inner = [...Object.values(properties), ...anyOf, ...Object.values(patternProperties)];
  if (items !== undefined) inner.push(items);
  if (typeof additionalProperties === "object") inner.push(additionalProperties);
  return [...new Set([...Object.keys(properties), ...inner.flatMap(attributesOf)])];
}

/** `text` as code, on its own: `ssh` is not found in `ssh_address`. */
function documents(text: string): boolean {
  return configuration.includes(`\`${text}\``);
}

function sectionOf(heading: string): string {
  return configuration.split(/^#+ /m).find((part) => part.startsWith(`${heading}\n`)) ?? "";
}

/** Rows of the table below a heading: the code in their first cell. */
function firstCells(heading: string): string[] {
  return [...sectionOf(heading).matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1] as string).sort();
}

describe("docs/configuration.md", () => {
  test.each([
    ["inventory.yml", inventoryJsonSchema(), ["domain", "known_hosts_file", "ssh_keys", "drain"]],
    ["services.yml", servicesJsonSchema(), ["include", "num_instances", "server_cert_mode", "docker_options"]],
  ])("names every attribute of %s", (_, schema, someOfEachDepth) => {
    const attributes = attributesOf(schema as Schema);
    expect(attributes).toEqual(expect.arrayContaining(someOfEachDepth));
    expect(attributes.filter((attribute) => !documents(attribute))).toEqual([]);
  });

  test("lists the warnings that there are, and no others", () => {
    const code = read("constructs/config/warnings.ts");
    const ids = [...code.matchAll(/(?:\bid:|notYet\()\s*"([a-z-]+)"/g)].map((match) => match[1] as string).sort();
    // No warning is missed: each is pushed, but for the one push that notYet makes for its callers.
    expect(ids).toHaveLength((code.match(/warnings\.push\(|\bnotYet\(/g)?.length ?? 0) - 1);
    expect(firstCells("Warnings")).toEqual(ids);
  });

  test("says of each service that ships with minicluster what is fixed, in its row", () => {
    expect(firstCells("Services that ship with minicluster")).toEqual(embeddedServices.map(({ name }) => name).sort());
    for (const { name, fixed = [] } of embeddedServices) {
      const row =
        sectionOf("Services that ship with minicluster")
          .split("\n")
          .find((line) => line.startsWith(`| \`${name}\` |`)) ?? "";
      const cell = row.split("|").at(-2) ?? "";
      expect(
        [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]),
        name,
      ).toEqual([...fixed]);
    }
  });

  test("lists the reserved names", () => {
    expect(reservedNames.filter((name) => !documents(name))).toEqual([]);
  });
});

describe("links", () => {
  const pages = ["README.md", ...filesBelow("docs", ".md")];

  test.each(pages)("of %s lead somewhere", (page) => {
    const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] as string);
    expect(links.filter((link) => !/^[a-z]+:/.test(link) && !leadsSomewhere(page, link))).toEqual([]);
  });

  test("docs/README.md names every page", () => {
    const index = read("docs/README.md");
    const own = filesBelow("docs", ".md").filter((path) => !path.startsWith("docs/adr/") && path !== "docs/README.md");
    expect(own.filter((path) => !index.includes(`](${relative("docs", path)})`))).toEqual([]);
  });
});

/** A file or folder, and where the link has an anchor, a heading of that page. */
function leadsSomewhere(page: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : join(dirname(page), path);
  if (!existsSync(join(PROJECT, target))) return false;
  return anchor === undefined || anchorsOf(target).includes(anchor);
}

/** As GitHub makes them: lower case, spaces become dashes, punctuation goes. */
function anchorsOf(page: string): string[] {
  const headings = read(page)
    .replace(/^```[\s\S]*?^```/gm, "")
    .matchAll(/^#+ (.+)$/gm);
  return [...headings].map((match) =>
    (match[1] as string)
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

describe("the first YAML of the README", () => {
  const yaml = /```yaml\n([\s\S]*?)```/.exec(read("README.md"))?.[1] ?? "";
  const directory = "/srv/cluster";
  const loaded = (services: string | undefined) => {
    const sources = new Map(readSources(CLUSTER));
    if (services !== undefined) sources.set("config/services.yml", { content: Buffer.from(services), executable: false });
    return loadCluster(sources, { directory, home: "/home/operator", ...platformOf(embeddedServices) });
  };

  test("is what cluster/services.yml says", () => {
    const shown = loaded(yaml);
    expect(shown).toMatchObject({ ok: true, warnings: [] });
    expect(shown).toEqual(loaded(undefined));
  });

  test("is read at all: a mistake in it is found", () => {
    expect(loaded(`${yaml}  num_instance: 2\n`)).toMatchObject({ ok: false, problems: [{ file: "services.yml" }] });
  });
});
