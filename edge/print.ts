import type { Warning } from "../constructs/config";

/** On the error stream: output that programs read stays clean. */
export function printWarnings(warnings: readonly Warning[]): void {
  for (const { id, message } of warnings) console.error(`warning ${id}: ${message}`);
}
