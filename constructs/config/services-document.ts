import { z } from "zod";
import { NAME, nameComplaint } from "./attributes";
import type { ServiceDraft } from "./drafts";
import { nearest } from "./nearest";
import { compareText, type ProblemList, show } from "./problem";
import { check, isMap } from "./schema-check";
import { include, type ServiceAttributes, serviceAttributes } from "./services-schema";
import type { Sources } from "./sources";
import { YamlDocument } from "./yaml-document";

const FILE = "services.yml";
const includeOnly = z.strictObject({ include });

export interface EmbeddedServices {
  readonly embedded: Readonly<Record<string, ServiceAttributes>>;
  readonly fixed?: Readonly<Record<string, readonly string[]>>;
}

/** Reads services.yml and what it includes, over the embedded services. */
export function readServices(sources: Sources, platform: EmbeddedServices, problems: ProblemList): ServiceDraft[] {
  const documents = readDocuments(sources, problems);
  const own = new Map<string, { document: YamlDocument; value: unknown }>();
  for (const document of documents) {
    for (const [name, value] of servicesOf(document)) {
      const first = own.get(name);
      if (first) {
        const { file, line } = first.document.placeOfKey([name]);
        problems.add({ ...document.placeOfKey([name]), message: `the service is also in ${file}:${line}; keep one` });
      } else {
        own.set(name, { document, value });
      }
    }
  }
  const drafts = Object.entries(platform.embedded)
    .sort(([a], [b]) => compareText(a, b))
    .map(([name, attributes]): ServiceDraft => {
      const adjusted = own.get(name);
      if (adjusted) return readService(name, adjusted.value, adjusted.document, problems, attributes, platform.fixed?.[name]);
      return {
        name,
        embedded: true,
        attributes: serviceAttributes.parse(attributes),
        placeable: true,
        written: new Set<string>(),
        original: (path) => path,
      };
    });
  for (const [name, { document, value }] of own) {
    if (Object.hasOwn(platform.embedded, name)) continue;
    if (!NAME.test(name)) problems.add({ ...document.placeOfKey([name]), message: nameComplaint(name) });
    drafts.push(readService(name, value, document, problems));
  }
  // Of two that clash the later is told: the one that a file names.
  const rank = (draft: ServiceDraft) => (draft.document ? 1 : 0) + (draft.embedded ? 0 : 1);
  return drafts.sort((a, b) => rank(a) - rank(b));
}

function readService(
  name: string,
  value: unknown,
  document: YamlDocument,
  problems: ProblemList,
  shipped?: ServiceAttributes,
  fixed: readonly string[] = [],
): ServiceDraft {
  const written = isMap(value) ? Object.keys(value).filter((key) => !key.startsWith("x-")) : [];
  const {
    value: own,
    lost,
    original,
  } = check(serviceAttributes, asWritten(isMap(value) ? value : {}, document, name), document, [name], problems);
  for (const key of written.filter((key) => fixed.includes(key))) {
    problems.add({ ...document.placeOfKey([name, key]), message: `minicluster decides this for ${name}; remove it` });
  }
  const overrides = Object.fromEntries(
    written.filter((key) => !lost.has(key) && key in own).map((key) => [key, own[key as keyof typeof own]]),
  );
  const merged = { ...shipped, ...overrides } as ServiceAttributes;
  if (shipped?.environment && overrides.environment) merged.environment = { ...shipped.environment, ...(own.environment ?? {}) };
  return {
    name,
    embedded: shipped !== undefined,
    attributes: serviceAttributes.parse(merged),
    placeable: !lost.has("scheduling_group") && !lost.has("num_instances"),
    written: new Set(written),
    document,
    original: (path) => (written.includes(String(path[0])) ? original(path) : path),
  };
}

/** Numbers in `environment` as they stand in the file: YAML would make 1.10 of the version 1.1. */
function asWritten(value: unknown, document: YamlDocument, name: string): unknown {
  if (!isMap(value) || !isMap(value.environment)) return value;
  const environment = Object.entries(value.environment).map(([key, item]) => {
    const plain = typeof item === "number" || typeof item === "boolean";
    return [key, plain ? (document.sourceOf([name, "environment", key]) ?? item) : item];
  });
  return { ...value, environment: Object.fromEntries(environment) };
}

function servicesOf(document: YamlDocument): [string, unknown][] {
  if (!isMap(document.value)) return [];
  return Object.entries(document.value).filter(([key]) => key !== "include" && !key.startsWith("x-"));
}

/** services.yml, then what it includes, each file once. Paths are relative to the configuration folder. */
function readDocuments(sources: Sources, problems: ProblemList): YamlDocument[] {
  const source = sources.get(`config/${FILE}`);
  if (!source) {
    problems.add({ file: FILE, line: 1, column: 1, path: "", message: "missing; create it, empty if you have no services yet" });
    return [];
  }
  const documents: YamlDocument[] = [];
  const includedBy = new Map<string, string>([
    [FILE, "it comes first by itself"],
    ["inventory.yml", "it is the inventory"],
  ]);
  const read = (file: string, content: Buffer) => {
    const document = YamlDocument.parse(file, content, problems);
    if (!document) return;
    if (document.value !== undefined && !isMap(document.value)) {
      problems.add({ ...document.placeOf([]), message: `expected a map of services, found ${show(document.value)}` });
      return;
    }
    documents.push(document);
    reportMistypedInclude(document, problems);
    const list = isMap(document.value) && "include" in document.value ? { include: document.value.include } : {};
    for (const [index, next] of (check(includeOnly, list, document, [], problems).value.include ?? []).entries()) {
      const place = document.placeOf(["include", index]);
      const target = sources.get(`config/${next}`);
      const known = includedBy.get(next);
      if (known !== undefined) problems.add({ ...place, message: `${show(next)} cannot be included here: ${known}; remove it` });
      else if (!target)
        problems.add({ ...place, message: `${show(next)} is not in the configuration folder; create it or remove it here` });
      else {
        includedBy.set(next, `${file}:${place.line} includes it already`);
        read(next, target.content);
      }
    }
  };
  read(FILE, source.content);
  return documents;
}

/** `includes: [more.yml]` would otherwise be told that a service is a map. */
function reportMistypedInclude(document: YamlDocument, problems: ProblemList): void {
  for (const [key, value] of servicesOf(document)) {
    if (value === null || isMap(value)) continue;
    const near = nearest(key, ["include"]) === undefined ? "" : `; did you mean "include"?`;
    problems.add({ ...document.placeOf([key]), message: `expected a map of the service's attributes, found ${show(value)}${near}` });
  }
}
