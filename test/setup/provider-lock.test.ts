import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeProviderLock } from "../../setup/provider-lock";

describe("the provider lock of a stack", () => {
  let folder: string;
  let lock: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "provider-lock-"));
    lock = join(folder, "lock.hcl");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const ofStack = () => join(folder, "stack", ".terraform.lock.hcl");

  test("is put into a folder that need not exist yet", () => {
    writeFileSync(lock, "new");
    writeProviderLock(join(folder, "stack"), lock);
    expect(readFileSync(ofStack(), "utf8")).toBe("new");
  });

  test("takes the place of an older one", () => {
    writeFileSync(lock, "old");
    writeProviderLock(join(folder, "stack"), lock);
    writeFileSync(lock, "new");
    writeProviderLock(join(folder, "stack"), lock);
    expect(readFileSync(ofStack(), "utf8")).toBe("new");
  });

  test("is left to terraform where set-up has made none", () => {
    writeProviderLock(join(folder, "stack"), lock);
    expect(existsSync(join(folder, "stack"))).toBe(false);
  });
});
