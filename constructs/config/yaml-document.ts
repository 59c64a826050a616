import {
  type Alias,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from "yaml";
import type { Problem } from "./model";
import type { ProblemList } from "./problem";
import { syntaxMessage } from "./yaml-syntax";

export type YamlPath = readonly (string | number)[];

/** A YAML text that knows the line and column of everything in it. */
export class YamlDocument {
  private constructor(
    /** Relative to the configuration folder. */
    readonly file: string,
    private readonly document: Document.Parsed,
    private readonly lines: LineCounter,
    /** The content as plain data; `undefined` for an empty document. */
    readonly value: unknown,
  ) {}

  /**
   * Syntax errors go to `problems`. After one the rest of the text means little, so nothing is returned;
   * a key that is there twice is reported, and the document still read: the last one counts.
   */
  static parse(file: string, content: Buffer, problems: ProblemList): YamlDocument | undefined {
    const whole = (message: string): undefined => problems.add({ file, line: 1, column: 1, path: "", message }) as undefined;
    let text: string;
    try {
      text = new TextDecoder("utf-8", { fatal: true }).decode(content);
    } catch {
      return whole("not UTF-8 text; save it as UTF-8");
    }
    const lines = new LineCounter();
    // `merge`: x-defaults with an anchor and `<<: *defaults` are what x-* keys are for.
    // `merge`: x-defaults with an anchor and `<<: *defaults` are what x-* keys are for.
    // `uniqueKeys`: keys that are there twice are ours to report, with their path.
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true, uniqueKeys: false });
    const unread = new YamlDocument(file, document, lines, undefined);
    for (const error of [...document.errors, ...document.warnings]) {
      problems.add({ file, ...unread.#lineOf(error.pos[0]), path: "", message: syntaxMessage(error) });
    }
    unread.#reportDuplicates(problems);
    const readable = unread.#reportUnusable(problems);
    if (!readable || document.errors.length > 0 || document.warnings.length > 0) return undefined;
    try {
      return new YamlDocument(file, document, lines, document.toJS() ?? undefined);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return whole(
        message.startsWith("Merge sources")
          ? "<< takes a map or the alias of one; correct it"
          : "aliases (*name) expand without end; write the values out",
      );
    }
  }

  /** Where the value at `path` stands; where it is not in the text, where the nearest thing around it does. */
  placeOf(path: YamlPath): Omit<Problem, "message"> {
    return { file: this.file, ...this.#lineOf(this.#offsetOf(path)), path: pathText(path) };
  }

  /** Where the key at the end of `path` stands. */
  placeOfKey(path: YamlPath): Omit<Problem, "message"> {
    const pair = this.#find(path).pair;
    const offset = isKeyNode(pair?.key) ? pair.key.range?.[0] : undefined;
    return { file: this.file, ...this.#lineOf(offset ?? this.#offsetOf(path)), path: pathText(path) };
  }

  /** A plain scalar as it was written, e.g. `1.10`, of which YAML makes the number 1.1. */
  sourceOf(path: YamlPath): string | undefined {
    const node = this.#find(path).node;
    return isScalar(node) ? node.source : undefined;
  }

  #lineOf(offset: number): { line: number; column: number } {
    const { line, col } = this.lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  #offsetOf(path: YamlPath): number {
    for (let length = path.length; length > 0; length--) {
      const { node, pair } = this.#find(path.slice(0, length));
      const key = isKeyNode(pair?.key) ? pair.key.range?.[0] : undefined;
      const empty = isScalar(node) && node.value === null && node.source === "";
      const block = isCollection(node) && node.flow !== true;
      if (key !== undefined && (node === undefined || empty || block)) return key;
      if (node?.range) return node.range[0];
    }
    return 0;
  }

  /** The node at the path, and the pair that holds it where its parent is a map. Follows aliases and merges. */
  #find(path: YamlPath): { node?: Node; pair?: Pair } {
    let node = this.document.contents as Node | null | undefined;
    let pair: Pair | undefined;
    for (const step of path) {
      const parent = this.#resolved(node);
      pair = isMap(parent) ? this.#pairOf(parent, String(step)) : undefined;
      if (pair) node = pair.value as Node | undefined;
      else if (isSeq(parent) && typeof step === "number") node = parent.items[step] as Node | undefined;
      else return {};
      if (node === undefined || node === null) return pair ? { pair } : {};
    }
    return { ...(node ? { node } : {}), ...(pair ? { pair } : {}) };
  }

  #pairOf(map: YAMLMap, key: string): Pair | undefined {
    // From the end: of a key that is there twice the last one counts.
    const own = map.items.findLast((pair) => keyText(pair.key) === key);
    if (own) return own;
    for (const merge of map.items.filter((pair) => isMergeKey(pair.key))) {
      const merged = this.#resolved(merge.value as Node);
      for (const source of isSeq(merged) ? merged.items : [merged]) {
        const target = this.#resolved(source as Node);
        const pair = isMap(target) ? this.#pairOf(target, key) : undefined;
        if (pair) return pair;
      }
    }
    return undefined;
  }

  #resolved(node: Node | null | undefined): Node | undefined {
    return isAlias(node) ? (node as Alias).resolve(this.document) : (node ?? undefined);
  }

  /** Aliases without an anchor, and keys that are no plain text: YAML allows them, plain data cannot hold them. */
  #reportUnusable(problems: ProblemList): boolean {
    let usable = true;
    const report = (node: Node, message: string) => {
      problems.add({ file: this.file, ...this.#lineOf(node.range?.[0] ?? 0), path: "", message });
      usable = false;
    };
    visit(this.document, {
      Alias: (_, alias, ancestors) => {
        const target = alias.resolve(this.document);
        if (!target) report(alias, `no anchor &${alias.source} before this alias; define it or write the value out`);
        else if (ancestors.includes(target)) report(alias, `the alias *${alias.source} contains itself; write the value out`);
      },
      Pair: (_, pair) => {
        const text = keyText(pair.key);
        if (text === undefined || text === "__proto__") {
          if (isKeyNode(pair.key)) report(pair.key, "a key must be plain text; write a name");
        }
      },
    });
    return usable;
  }

  #reportDuplicates(problems: ProblemList): void {
    visit(this.document, {
      Map: (_, map, ancestors) => {
        const lines = new Map<string, number>();
        for (const { key } of map.items) {
          const text = keyText(key);
          if (text === undefined || !isKeyNode(key) || isMergeKey(key)) continue;
          const place = this.#lineOf(key.range?.[0] ?? 0);
          const first = lines.get(text);
          if (first === undefined) lines.set(text, place.line);
          else {
            const path = pathText([...pathOf([...ancestors, map]), text]);
            problems.add({ file: this.file, ...place, path, message: `is on line ${first} already; keep one` });
          }
        }
      },
    });
  }
}

/** The path of the last of these nodes, each of which holds the next. */
function pathOf(nodes: readonly unknown[]): YamlPath {
  return nodes.flatMap((node, index): (string | number)[] => {
    if (isPair(node)) return [keyText(node.key) ?? ""];
    return isSeq(node) && index + 1 < nodes.length ? [node.items.indexOf(nodes[index + 1])] : [];
  });
}

/** `nodes.core-1.addresses[0]` */
export function pathText(path: YamlPath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");
}

function isKeyNode(key: unknown): key is Node {
  return typeof key === "object" && key !== null && "range" in key;
}

/** With `merge`, the parser makes a symbol of `<<`. */
function isMergeKey(key: unknown): boolean {
  return isScalar(key) && (key.value === "<<" || typeof key.value === "symbol");
}

function keyText(key: unknown): string | undefined {
  return isScalar(key) ? String(key.value ?? "") : undefined;
}
