import type { Drafts } from "../drafts";
import type { ProblemList } from "../problem";
import type { Sources } from "../sources";
import { checkAlertFiles } from "./alert-files";
import { checkAllowFrom } from "./allow-from";
import { checkDuplicates } from "./duplicates";
import { checkFiles } from "./files";
import { checkInstances } from "./instances";
import { checkLengths } from "./lengths";
import { checkNames } from "./names";
import { checkNodes } from "./nodes";
import { checkOwnership } from "./ownership";
import { checkPorts } from "./ports";

/** Everything that no single value can show. */
export function crossCheck(drafts: Drafts, sources: Sources, reserved: readonly string[], problems: ProblemList): void {
  checkNames(drafts, reserved, problems);
  checkNodes(drafts, problems);
  checkInstances(drafts, problems);
  checkPorts(drafts, problems);
  checkAllowFrom(drafts, problems);
  checkLengths(drafts, problems);
  checkDuplicates(drafts, problems);
  checkOwnership(drafts, problems);
  checkAlertFiles(drafts, sources, problems);
  checkFiles(drafts, sources, problems);
}
