import { CommanderError } from "commander";
import { runForUser, UserError } from "../edge/user-error";
import { commandNames, createProgram, exitCodeOfTrouble } from "./program";

// A reader that has seen enough (`| head`) is no mistake.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

void main(process.argv);

async function main(argv: string[]): Promise<void> {
  const program = createProgram();
  let trouble = true;
  await runForUser(async () => {
    try {
      await program.parseAsync(argv);
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      if (error.exitCode === 0) return;
      if (error.code !== "commander.help") throw new UserError(usageMistake(error, program.args));
      process.exitCode = error.exitCode;
    }
    trouble = false;
  });
  if (trouble && process.exitCode !== undefined) process.exitCode = exitCodeOfTrouble(argv.slice(2));
}

/** What commander says, in one line; of an unknown command, what there is. */
function usageMistake(error: CommanderError, args: readonly string[]): string {
  if (error.code === "commander.unknownCommand") return `no command is named ${args[0]}; commands: ${commandNames().join(", ")}`;
  return error.message.replace(/^error: /, "").replaceAll("\n", " ");
}
