import { z } from "zod";
import { hint, nearest } from "./nearest";
import { type ProblemList, show } from "./problem";
import { prune } from "./prune";
import { isSecret } from "./services-schema";
import type { YamlDocument, YamlPath } from "./yaml-document";

/** What is left of a map after its mistakes were reported. */
export interface Checked<T> {
  /** List items with a mistake are left out; other attributes with one are absent, or at their default. */
  readonly value: Partial<T>;
  /** Attributes with a mistake anywhere in them. */
  readonly broken: ReadonlySet<string>;
  /** Attributes that are left out as a whole. */
  readonly lost: ReadonlySet<string>;
  /** The path in the file of a path in `value`. */
  original(path: YamlPath): YamlPath;
}

/**
 * Checks the map at `path` and reports every mistake at its place. The attributes without a mistake are still returned,
 * so that the checks across documents find theirs in the same run.
 */
export function check<S extends z.ZodObject>(
  schema: S,
  value: unknown,
  document: YamlDocument,
  path: YamlPath,
  problems: ProblemList,
): Checked<z.output<S>> {
  const plain = withoutExtensions(value ?? {});
  const result = schema.safeParse(plain, { error: explain });
  if (result.success) return { value: result.data as Partial<z.output<S>>, broken: new Set(), lost: new Set(), original: (path) => path };
  for (const issue of result.error.issues) report(issue, document, path, problems);
  const mistakes = result.error.issues.flatMap(pathsOf);
  const pruned = prune(plain, mistakes);
  const lenient = lenientOf(schema);
  // A list that has lost all its items may now be too short: then it goes as a whole.
  const lost = new Set(lenient.safeParse(pruned.value).error?.issues.map((issue) => String(issue.path[0] ?? "")));
  const rest = isMap(pruned.value) ? Object.fromEntries(Object.entries(pruned.value).filter(([key]) => !lost.has(key))) : {};
  const broken = new Set(mistakes.map((mistake) => String(mistake[0] ?? "")));
  for (const key of broken) if (!Object.hasOwn(rest, key)) lost.add(key);
  return { value: lenient.parse(rest) as Partial<z.output<S>>, broken, lost, original: pruned.original };
}

const lenientSchemas = new WeakMap<z.ZodObject, z.ZodObject>();

/** The schema with every attribute optional; made once, since making one costs more than using it. */
function lenientOf(schema: z.ZodObject): z.ZodObject {
  const known = lenientSchemas.get(schema) ?? schema.partial();
  lenientSchemas.set(schema, known);
  return known;
}

/** Where the mistakes of an issue are: each unknown key is one of its own. */
function pathsOf(issue: z.core.$ZodIssue): YamlPath[] {
  const path = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
  return issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...path, key]) : [path];
}

function report(issue: z.core.$ZodIssue, document: YamlDocument, base: YamlPath, problems: ProblemList): void {
  const path = [...base, ...issue.path.map((step) => (typeof step === "number" ? step : String(step)))];
  if (issue.code === "unrecognized_keys") {
    // `explain` has put the known keys into the message: the issue itself no longer knows its schema.
    const known = issue.message.split(",");
    for (const key of issue.keys) {
      problems.add({ ...document.placeOfKey([...path, key]), message: `unknown key${hint(key, known)}` });
    }
  } else if (issue.code === "invalid_key") {
    problems.add({ ...document.placeOfKey(path), message: issue.issues[0]?.message ?? issue.message });
  } else {
    problems.add({ ...document.placeOf(path), message: issue.message });
  }
}

/** Our words for the mistakes that a schema has no words of its own for. */
function explain(issue: z.core.$ZodRawIssue): string | undefined {
  const { input } = issue;
  if (isSecret(input) && issue.code !== "unrecognized_keys") {
    return "a secret cannot be given here; write the value, or remove it";
  }
  switch (issue.code) {
    case "invalid_type":
      return input === undefined ? missing(issue) : wrongType(String(issue.expected), input);
    case "invalid_union":
      return input === undefined ? missing(issue) : undefined;
    case "invalid_value": {
      const allowed = issue.values.map(String);
      const near = nearest(String(input), allowed);
      return `found ${show(input)}, allowed are ${allowed.join(", ")}${near === undefined ? "" : `; did you mean ${show(near)}?`}`;
    }
    case "unrecognized_keys":
      return Object.keys((issue.inst as z.ZodObject)._zod.def.shape).join(",");
    default:
      return undefined;
  }
}

function missing(issue: z.core.$ZodRawIssue): string {
  const example = issue.inst instanceof z.ZodType ? z.globalRegistry.get(issue.inst)?.examples : undefined;
  const first = Array.isArray(example) ? example[0] : undefined;
  return first === undefined
    ? "missing; add it"
    : `missing; add it, e.g. ${typeof first === "object" ? JSON.stringify(first) : String(first)}`;
}

const TYPES: Record<string, string> = {
  string: "text",
  array: "a list",
  object: "a map",
  record: "a map",
  boolean: "true or false",
  int: "a whole number",
  number: "a number",
};

function wrongType(expected: string, input: unknown): string {
  const found = `expected ${TYPES[expected] ?? expected}, found ${show(input)}`;
  if (input === null) return `${found}; give it a value or remove the key`;
  if (expected === "array" && typeof input !== "object") return `${found}; write [${String(input)}]`;
  if (expected === "string" && typeof input !== "object") return `${found}; put it in quotes`;
  return found;
}

/** Maps whose keys are names, not attributes: there `x-` is nothing special. */
const DICTIONARIES = new Set(["environment", "volumes", "nodes"]);

/** The value without its `x-*` keys, which are the user's to use. */
function withoutExtensions(value: unknown, parentKey = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutExtensions(item));
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => DICTIONARIES.has(parentKey) || !key.startsWith("x-"))
      .map(([key, item]) => [key, withoutExtensions(item, key)]),
  );
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
