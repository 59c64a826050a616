import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { provideCdktfCommand } from "../../setup/cdktf-command";

describe("the cdktf command", () => {
  let modules: string;
  let command: string;
  const program =
    "console.log(JSON.stringify([process.argv.slice(2), process.env.CHECKPOINT_DISABLE, process.env.CDKTF_SKIP_PROVIDER_LOCK, process.env.TF_CLI_CONFIG_FILE ?? null]));";
  beforeEach(async () => {
    modules = mkdtempSync(join(tmpdir(), "cdktf-command-"));
    const folder = join(modules, "cdktf-cli", "bundle", "bin");
    mkdirSync(folder, { recursive: true });
    mkdirSync(join(modules, ".bin"));
    writeFileSync(join(folder, "cdktf"), program);
    command = join(modules, ".bin", "cdktf");
    symlinkSync(join(folder, "cdktf"), command);
    await provideCdktfCommand(command);
  });
  afterEach(() => rmSync(modules, { recursive: true }));

  const run = (environment: Record<string, string>) =>
    JSON.parse(execFileSync(command, ["diff", "a b"], { env: { PATH: process.env.PATH, ...environment }, encoding: "utf8" }));

  test("leaves npm's program behind the link as it was", () => {
    expect(readFileSync(join(modules, "cdktf-cli", "bundle", "bin", "cdktf"), "utf8")).toBe(program);
  });

  test("asks for neither news nor checksums, and hides a configuration file that is not there", () => {
    expect(run({ TF_CLI_CONFIG_FILE: join(modules, "missing") })).toEqual([["diff", "a b"], "1", "true", null]);
  });

  test("keeps what the operator has chosen", () => {
    const file = join(modules, "cdktf-cli", "bundle", "bin", "cdktf");
    expect(run({ CHECKPOINT_DISABLE: "", CDKTF_SKIP_PROVIDER_LOCK: "false", TF_CLI_CONFIG_FILE: file })).toEqual([
      ["diff", "a b"],
      "",
      "false",
      file,
    ]);
  });

  test("can be provided again", async () => {
    await provideCdktfCommand(command);
    expect(run({})).toEqual([["diff", "a b"], "1", "true", null]);
  });
});
