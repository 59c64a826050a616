/** Something that the operator has to put right; its message is one line that says what to do. */
export class SetupError extends Error {
  override readonly name = "SetupError";
}
