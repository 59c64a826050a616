import { basename } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take longer than the others, the longest first: begun last, they would be waited for alone. */
const LONGEST = ["services", "metrics", "cluster", "logs", "firewall", "ssh", "coordination"];

/** Labs wait more than they work: a long one that begins early costs nothing. */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return [...files].sort((a, b) => rank(a.moduleId) - rank(b.moduleId));
  }
}

function rank(path: string): number {
  const found = LONGEST.indexOf(basename(path, ".test.ts"));
  return found === -1 ? LONGEST.length : found;
}
