import { PayloadError } from "../constructs/payload/builder";
import { LabError } from "../lab/error";
import { SetupError } from "../setup/setup-error";

/** Something that the person at the keyboard can mend: its message is all they see, never a stack trace. */
export class UserError extends Error {}

const MISTAKES = [UserError, SetupError, PayloadError, LabError];

/** Runs a program's main function; prints mistakes of its user as one message and ends with exit code 1. */
export async function runForUser(main: () => void | Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    if (!MISTAKES.some((kind) => error instanceof kind)) throw error;
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
