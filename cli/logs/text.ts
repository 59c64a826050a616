import pc from "../colors";
import { printable } from "../printable";
import type { LogRecord } from "./record";

/**
 * A line for a person: time, node, program, message. What a program says is data: control characters become visible, so
 * that no line steers the terminal or looks like several.
 */
export function recordText(record: LogRecord): string {
  const { time, host, identifier, pid, message, priority } = record;
  const who = `${identifier || record.unit || "?"}${pid === "" ? "" : `[${pid}]`}`;
  const text = printable(message).replaceAll("\n", "\n    ");
  const shown = priority <= 3 ? pc.red(text) : priority === 4 ? pc.yellow(text) : text;
  return `${pc.dim(time.replace(/\+00:00$/, "Z"))} ${host} ${printable(who).replaceAll("\n", " ")}: ${shown}`;
}
