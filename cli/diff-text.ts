import { structuredPatch } from "diff";
import pc from "./colors";
import type { FileChange, FileSide, NodeDiff } from "./node-diff";
import { size } from "./payload-text";
import { printable } from "./printable";

/** The differences of a node for a person: what happens to units and credentials, then each file line by line. */
export function diffText(node: string, { files, others }: NodeDiff): string {
  if (files.length + others.length === 0) return `${node}: no difference`;
  const lines = others.map((line) => `  ${printable(line)}`);
  return [
    pc.bold(`${node}: ${count(files.length, "file")}${others.length > 0 ? ", and" : ""}`),
    ...lines,
    ...files.map((file) => fileText(node, file)),
  ].join("\n");
}

function fileText(node: string, { path, before, after, drifted }: FileChange): string {
  const note = drifted ? "  (changed on the node by hand)" : "";
  const head = [
    pc.red(`--- ${before === undefined ? "nothing" : `${node}:${printable(path)}`}${note}`),
    pc.green(`+++ ${after === undefined ? "taken away" : `delivered:${printable(path)}`}`),
  ];
  const sameKind = before !== undefined && after !== undefined && before.type === after.type;
  const accessLine = sameKind && before.access !== after.access ? [pc.cyan(`${before.access} becomes ${after.access}`)] : [];
  return [...head, ...accessLine, ...contentLines(before, after)].join("\n");
}

function contentLines(before: FileSide | undefined, after: FileSide | undefined): string[] {
  const from = before === undefined ? "" : textOf(before);
  const to = after === undefined ? "" : textOf(after);
  if (from === undefined || to === undefined) return [`not shown: ${kindOf(before)} becomes ${kindOf(after)}`];
  return structuredPatch("", "", from, to, "", "", { context: 3 }).hunks.flatMap((hunk) => [
    pc.cyan(`@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`),
    ...hunk.lines.map(colored),
  ]);
}

function colored(line: string): string {
  const text = printable(line);
  return line.startsWith("+") ? pc.green(text) : line.startsWith("-") ? pc.red(text) : text;
}

/** What a side is, where its lines are of no use. */
function kindOf(side: FileSide | undefined): string {
  if (side === undefined) return "nothing";
  if (!side.type.startsWith("regular")) return `a ${side.type}`;
  return `${size(side.size)}${side.content === undefined ? "" : textOf(side) === undefined ? " of binary" : " of text"}`;
}

/** undefined for what is no text, or was not fetched. */
function textOf({ content }: FileSide): string | undefined {
  if (content === undefined || content.includes(0)) return undefined;
  const text = content.toString("utf8");
  return Buffer.from(text).equals(content) ? text : undefined;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
