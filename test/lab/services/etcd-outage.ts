import type { LabCluster } from "../support/lab-cluster";

/** What depends on etcd is reported, and never a reason to take a change back. */
export function etcdOutage(cluster: LabCluster): void {
  const two = ["core-2", "core-3"];
  const members = async () => (await cluster.etcdctl("core-1", "endpoint health --cluster")).match(/is healthy/g)?.length;

  test("during a deploy rolls nothing back, and the deploy that meets stopped members starts them", async () => {
    await Promise.all(two.map((node) => cluster.exec(node, "systemctl stop etcd.service")));
    cluster.services.note = { environment: { ROUND: 1 }, systemd_services: ["note.service"], files: "note" };
    cluster.file(
      "files/note/etc/systemd/system/note.service",
      "[Service]\nExecStart=/bin/sleep infinity\nRestart=always\n\n[Install]\nWantedBy=multi-user.target\n",
    );
    cluster.write();
    const { code, output } = await cluster.deploy();
    expect(output).toContain("going on without etcd.service: 1 of 3 members of etcd answer: no quorum");
    expect(output).not.toMatch(/rolled back|going back/i);
    expect(code, output).toBe(0);
    expect(await members()).toBe(3);
  });

  test("with two core nodes dead keeps the change from none of the others", async () => {
    delete cluster.services.note;
    cluster.write();
    await Promise.all(two.map((node) => cluster.lab.kill(node)));
    const { code, output } = await cluster.deploy();
    expect(code).not.toBe(0);
    expect(output).not.toMatch(/rolled back|going back/i);
    for (const node of ["core-1", "worker-1", "worker-2"])
      expect(await cluster.exec(node, "ls /etc/systemd/system/note.service 2>/dev/null || true")).toBe("");

    await Promise.all(two.map((node) => cluster.lab.start(node)));
    const again = await cluster.deploy();
    expect(again.code, again.output).toBe(0);
    expect(await members()).toBe(3);
    expect((await cluster.diff()).output).toContain("No changes.");
  });
}
