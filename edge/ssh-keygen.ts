import { execFileSync } from "node:child_process";
import { UserError } from "./user-error";

/**
 * Runs ssh-keygen, which asks nothing.
 * @throws UserError with what it says
 */
export function sshKeygen(...args: string[]): string {
  try {
    return execFileSync("ssh-keygen", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: string };
    if (code === "ENOENT") throw new UserError("ssh-keygen is not installed; install openssh-client");
    throw new UserError(`ssh-keygen: ${(stderr ?? String(error)).trim()}`);
  }
}
