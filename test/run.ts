import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labUnavailable } from "../setup/lab-prerequisites";
import { staticChecks } from "./static-checks";

/** `npm test`: static checks, then unit and golden tests, then tests on lab machines; ends with one line of sums. */
interface Sums {
  passed: number;
  failed: number;
  skipped: number;
}

const sums: Sums = { passed: 0, failed: 0, skipped: 0 };

for (const check of staticChecks()) {
  const started = Date.now();
  const failure = check.run();
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`${failure === undefined ? "ok  " : "FAIL"} ${check.name} (${seconds} s)`);
  if (failure !== undefined) console.log(failure);
  sums[failure === undefined ? "passed" : "failed"] += 1;
}

vitest("unit", 2);
const reason = labUnavailable();
// Labs wait more than they work.
if (reason === undefined) vitest("lab", 3);
else skipLab(reason);

console.log(`\n${sums.passed} passed, ${sums.failed} failed${sums.skipped > 0 ? `, ${sums.skipped} skipped` : ""}`);
process.exitCode = sums.failed > 0 || sums.passed === 0 ? 1 : 0;

/** Runs one project of vitest.config.ts; a run that ends without its report counts as a failure. */
function vitest(project: string, workers: number): void {
  const folder = mkdtempSync(join(tmpdir(), "minicluster-test-"));
  const report = join(folder, "report.json");
  const { status } = spawnSync(
    "npx",
    [
      "vitest",
      "run",
      "--project",
      project,
      `--maxWorkers=${workers}`,
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${report}`,
    ],
    { stdio: ["ignore", "inherit", "inherit"] },
  );
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites } = JSON.parse(readFileSync(report, "utf8"));
    sums.passed += numPassedTests;
    sums.skipped += numPendingTests;
    // A file that cannot be loaded has no tests to fail.
    sums.failed += numFailedTests > 0 ? numFailedTests : status === 0 ? 0 : Math.max(1, numFailedTestSuites);
  } catch {
    console.log(`vitest ended with ${status} and without a report`);
    sums.failed += 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Where no machines can be made, their tests are counted and the reason is said. */
function skipLab(why: string): void {
  const { stdout } = spawnSync("npx", ["vitest", "list", "--project", "lab", "--json"], { encoding: "utf8" });
  const count = (JSON.parse(stdout) as unknown[]).length;
  console.log(`\nskipped ${count} tests on lab machines: ${why}`);
  sums.skipped += count;
}
