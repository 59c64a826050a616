import { build } from "./build";
import { provideCdktfCommand } from "./cdktf-command";
import { provideDebianPackages } from "./debian-packages";
import { labUnavailable } from "./lab-prerequisites";
import { removeLeftovers } from "./leftovers";
import { provideProviders } from "./providers";
import { recipes } from "./recipe";
import { SetupError } from "./setup-error";
import { provideTerraform } from "./terraform";

/** Each step looks first whether there is anything to do, and keeps silent if not. */
async function main(): Promise<void> {
  await removeLeftovers();
  await provideDebianPackages();
  await provideCdktfCommand();
  await provideProviders(await provideTerraform());
  for (const recipe of recipes().filter(({ runsOn }) => runsOn === "nodes")) await build(recipe);
  const reason = labUnavailable();
  if (reason) {
    console.log(`lab machines cannot be made here: ${reason}; lab tests will be skipped`);
  }
}

main().catch((error: unknown) => {
  console.error(isForTheOperator(error) ? `setup: ${error.message}` : error);
  process.exitCode = 1;
});

/** A refusal of the system (no permission, disk full) says enough too; anything else is a mistake of ours. */
function isForTheOperator(error: unknown): error is Error {
  return error instanceof SetupError || (error instanceof Error && "syscall" in error);
}
