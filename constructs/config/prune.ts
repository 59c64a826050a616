import { pathText, type YamlPath } from "./yaml-document";

/** A value without its mistakes, and the way back from its paths to those of the text. */
export interface Pruned {
  readonly value: unknown;
  /** Items that were taken out of a list move the later ones up: gives the path as it stands in the file. */
  original(path: YamlPath): YamlPath;
}

/** Takes out of `value` the innermost list item around each mistake, or the whole attribute where there is no list. */
export function prune(value: unknown, mistakes: readonly YamlPath[]): Pruned {
  const doomed = new Set(mistakes.map((path) => pathText(smallestRemovable(path))));
  const kept = new Map<string, number[]>();
  const rebuild = (item: unknown, path: YamlPath): unknown => {
    if (Array.isArray(item)) {
      const indices = [...item.keys()].filter((index) => !doomed.has(pathText([...path, index])));
      kept.set(pathText(path), indices);
      return indices.map((index) => rebuild(item[index], [...path, index]));
    }
    if (typeof item !== "object" || item === null) return item;
    const entries = Object.entries(item).filter(([key]) => !doomed.has(pathText([...path, key])));
    return Object.fromEntries(entries.map(([key, inner]) => [key, rebuild(inner, [...path, key])]));
  };
  return {
    value: rebuild(value, []),
    original: (path) => {
      const done: (string | number)[] = [];
      for (const step of path) done.push(typeof step === "number" ? (kept.get(pathText(done))?.[step] ?? step) : step);
      return done;
    },
  };
}

function smallestRemovable(path: YamlPath): YamlPath {
  const last = path.findLastIndex((step) => typeof step === "number");
  return path.slice(0, last === -1 ? 1 : last + 1);
}
