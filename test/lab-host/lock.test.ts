import { mkdtempSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withLock } from "../../lab/lock";

test("locks in one folder are taken and given back at the same time, though each who is done removes the empty folder", async () => {
  const folder = join(mkdtempSync(join(tmpdir(), "minicluster-lock-")), "labs");
  let held = 0;
  const takeAndGive = (name: string) =>
    withLock(join(folder, name), async () => {
      held += 1;
      rmSync(join(folder, name), { force: true });
      try {
        rmdirSync(folder);
      } catch {
        // Somebody else's lock is in it.
      }
    });
  const one = async (name: string) => {
    for (let i = 0; i < 20; i++) await takeAndGive(name);
  };
  await Promise.all(["a", "b", "c", "d"].map(one));
  expect(held).toBe(80);
});
