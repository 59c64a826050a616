import { setTimeout as sleep } from "node:timers/promises";
import type { LabCluster } from "../support/lab-cluster";

/** Everything comes up in any order, without the operator's machine; the doctor looks at what each service promises. */
export function powerCut(cluster: LabCluster): void {
  test("all machines switched off and on at once: two minutes later the doctor finds nothing", async () => {
    await cluster.lab.stopAll();
    const started = performance.now();
    await cluster.lab.startAll();
    let said = "";
    while (performance.now() - started < 120_000) {
      const { code, output } = await cluster.minicluster("doctor");
      said = output;
      if (code === 0) break;
      await sleep(2000);
    }
    expect(said).toContain("all is well");
    console.log(`whole ${((performance.now() - started) / 1000).toFixed(0)} s after the power came back`);
    expect((await cluster.diff()).output).toContain("No changes.");
  });
}
