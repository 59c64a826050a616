import Table from "cli-table3";
import pc from "./colors";

const NOTHING = "";
const NO_LINES = Object.fromEntries(
  [
    ...["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right"],
    ...["left", "left-mid", "mid", "mid-mid", "right", "right-mid", "middle"],
  ].map((name) => [name, NOTHING]),
);
const GAP = 2;

/**
 * A table without lines, as `docker ps` prints it; the last column wraps at spaces.
 * @param width of the terminal; undefined: nothing wraps, for pipes
 */
export function table(head: readonly string[], rows: readonly (readonly string[])[], width?: number): string {
  const others = head
    .slice(0, -1)
    .map((title, column) => Math.max(...[title, ...rows.map((row) => row[column] ?? "")].map(visibleLength)) + GAP);
  // A word that does not fit is the terminal's to break: nothing is ever cut off.
  const longestWord = Math.max(0, ...rows.flatMap((row) => (row[head.length - 1] ?? "").split(" ")).map(visibleLength));
  const last = Math.max(longestWord, (width ?? 0) - others.reduce((sum, each) => sum + each, 0));
  const lines = new Table({
    head: head.map((title) => pc.dim(title)),
    chars: NO_LINES,
    style: { "padding-left": 0, "padding-right": GAP, head: [], border: [], compact: true },
    // The padding of the last column is not needed, but counted.
    ...(width === undefined ? {} : { colWidths: [...others, last + GAP], wordWrap: true }),
  });
  lines.push(...rows.map((row) => [...row]));
  return lines
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

/** Columns of the terminal; undefined where the output is no terminal. */
export function terminalWidth(): number | undefined {
  return process.stdout.isTTY ? process.stdout.columns : undefined;
}

function visibleLength(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
  return text.replace(/\x1b\[[0-9;]*m/g, "").length;
}
