import type { LabCluster } from "../support/lab-cluster";

/** docs/hardening.md says why. */
const EXCEPTIONS = ["minicluster-unconfirmed.service"];
const MOST = 4.0;

/** What a program that was taken over could do on the node. */
export function hardening(cluster: LabCluster): void {
  test.each(["core-1", "core-2", "core-3", "worker-1"])(`every unit of ours on %s is exposed by ${MOST} at most`, async (node) => {
    const files = await cluster.exec(
      node,
      "cd /etc/systemd/system; ls -d *.service *.service.d | sed 's/\\.d$//' | sort -u; for unit in *.service; do [ ! -L $unit ] || echo \"linked $unit\"; done",
    );
    const lines = files.split("\n");
    const linked = new Set(lines.filter((line) => line.startsWith("linked ")).map((line) => line.slice("linked ".length)));
    const own = ["web.service", "quiet.service"];
    const units = lines.filter(
      (line) => line.endsWith(".service") && !line.startsWith("linked ") && !linked.has(line) && !own.includes(line),
    );
    // Drop-ins of instances say the same as their template.
    const asked = units.filter((unit) => !/@.+\.service$/.test(unit)).map((unit) => unit.replace("@.service", "@x.service"));
    expect(asked).toEqual(expect.arrayContaining(["unbound.service", "servicereg-lease.service", "prometheus-node-exporter.service"]));
    const scores = await cluster.exec(
      node,
      `for unit in ${asked.join(" ")}; do printf '%s ' $unit; systemd-analyze security --no-pager $unit | sed -n 's/.*exposure level for .*: \\([0-9.]*\\) .*/\\1/p'; done`,
    );
    const exposed = scores
      .split("\n")
      .map((line) => line.split(" "))
      .filter(([unit = "", score]) => !EXCEPTIONS.includes(unit) && !(Number(score) <= MOST));
    expect(exposed).toEqual([]);
  });
}
