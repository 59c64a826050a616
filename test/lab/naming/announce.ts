import { lookUp } from "../support/dns";
import type { LabCluster } from "../support/lab-cluster";
import { until } from "../support/until";

const PORT = 9_471;

/** The service `quiet` has no port in its description: who runs as its user may announce it. */
export function announcing(cluster: LabCluster): void {
  const node = "worker-1";
  const told = () => lookUp(cluster, "core-1", `quiet.${cluster.domain}`);
  const announce = (user: string, command: string) =>
    cluster.lab.exec(node, `setpriv --reuid=${user} --regid=$(id -g ${user}) --clear-groups minicluster-announce ${command}`);

  test("lists the node once the port answers, while the command runs", async () => {
    await cluster.exec(
      node,
      `systemd-run --quiet --collect --unit=quiet-1 --uid=quiet minicluster-announce quiet ${PORT} -- sh -c 'sleep 2; exec python3 -m http.server ${PORT}'`,
    );
    await until(told, ({ values }) => values.join() === cluster.addressOf(node), 20);
    const { values } = await lookUp(cluster, "core-1", `quiet.${cluster.domain}`, "SRV");
    expect(values).toEqual([`${PORT} ${node}.quiet.${cluster.domain}`]);
    expect(await announce("quiet", `quiet ${PORT} -- true`)).toMatchObject({
      code: 75,
      stderr: expect.stringContaining("another process announces quiet"),
    });

    // However it ends: nobody is left to say goodbye.
    await cluster.exec(node, "systemctl kill --signal=KILL quiet-1.service");
    await until(told, ({ values }) => values.length === 0, 31);
  });

  test("says what it refuses, and passes on how the command ended", async () => {
    expect((await announce("quiet", `quiet ${PORT} -- sh -c 'exit 7'`)).code).toBe(7);
    const refused: [string, string, string][] = [
      ["quiet", "quiet http -- true", '"http" is no port'],
      ["quiet", `nobody ${PORT} -- true`, "no service of this node is named nobody"],
      ["quiet", `web ${PORT} -- true`, "web has a port in services.yml"],
      ["web", `quiet ${PORT} -- true`, "quiet runs as quiet, this is web"],
      ["quiet", `quiet ${PORT}`, "usage: minicluster-announce"],
    ];
    for (const [user, command, why] of refused) {
      expect([command, await announce(user, command)]).toEqual([
        command,
        expect.objectContaining({ code: 2, stderr: expect.stringContaining(why) }),
      ]);
    }
  });
}
