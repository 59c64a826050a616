import type { LabCluster } from "../support/lab-cluster";

export function coordination(cluster: LabCluster): void {
  test("the cluster is deployed", async () => {
    expect((await cluster.diff()).output).toContain("No changes.");
  });
}
