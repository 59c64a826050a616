/** What went wrong and what to do, for people: shown without a stack trace. */
export class LabError extends Error {
  override name = "LabError";
}
