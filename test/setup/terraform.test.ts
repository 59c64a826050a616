import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findOnPath, parseVersion } from "../../setup/terraform";

test("the version is read from terraform's JSON, nothing from other text", () => {
  expect(parseVersion('{"terraform_version": "1.11.4", "platform": "linux_amd64"}')).toBe("1.11.4");
  expect(parseVersion("Terraform v0.11.0")).toBeUndefined();
  expect(parseVersion("{}")).toBeUndefined();
});

describe("looking for a program", () => {
  let root: string;
  const place = (folder: string, mode: number) => {
    mkdirSync(join(root, folder), { recursive: true });
    const program = join(root, folder, "terraform");
    writeFileSync(program, "");
    chmodSync(program, mode);
    return program;
  };
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "find-terraform-"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  test("passes over npm's own folders and files that cannot be run", async () => {
    place("node_modules/.bin", 0o755);
    place("notes", 0o644);
    const wanted = place("bin", 0o755);
    const path = ["", "node_modules/.bin", "notes", "bin"].map((folder) => folder && join(root, folder));
    expect(await findOnPath(path, "terraform")).toBe(wanted);
    expect(await findOnPath(path.slice(0, 3), "terraform")).toBeUndefined();
  });
});
