import { symlinkSync } from "node:fs";
import { createServer, type Server } from "node:net";
import type { BundleSpec } from "./bundle";
import { testNode } from "./test-node";

const UNIT = "[Service]\nExecStart=/bin/web\n[Install]\nWantedBy=multi-user.target\n";
const unitFile = (unit: string) => ({ [`/etc/systemd/system/${unit}`]: { content: UNIT, restarts: [unit] } });

const both: BundleSpec = {
  files: { ...unitFile("job.service"), ...unitFile("web.service"), "/etc/web.conf": "blue\n", "/etc/web/site.conf": "x\n" },
  credentials: { "/etc/credentials/x509/web/server/private_key.pem": { restarts: ["web.service"] } },
  units: { "job.service": ["job"], "web.service": ["web"] },
};
const staged = { "/etc/credentials/x509/web/server/private_key.pem": "KEY\n" };
const jobOnly: BundleSpec = { files: unitFile("job.service"), units: { "job.service": ["job"] } };

describe("what is gone", () => {
  test("is stopped, disabled and removed, after which folders that only we fill are too", async () => {
    const node = testNode();
    await node.activate(both, { staged });
    node.write("/var/lib/web/data", "data");
    node.calls();
    const run = await node.activate(jobOnly);
    expect(run.output).toBe(
      "stop web.service\n" +
        "remove /etc/credentials/x509/web/server/private_key.pem\n" +
        "remove /etc/systemd/system/web.service\nremove /etc/web.conf\nremove /etc/web/site.conf\n" +
        "daemon-reload\ngeneration 2: 4 removed, 1 stopped\n",
    );
    expect(node.calls()).toEqual(["stop web.service", "disable web.service", "daemon-reload"]);
    expect(node.units()).toEqual({
      "active job.service": "active\n",
      "enabled job.service": "",
      "running job.service": UNIT,
    });
    expect(Object.keys(node.tree("/etc"))).toEqual(["/etc/systemd", "/etc/systemd/system", "/etc/systemd/system/job.service", "/etc/web"]);
    expect(node.read("/var/lib/web/data")).toBe("data");
    expect((await node.activate(jobOnly)).output).toBe("no change\n");
  });

  test("goes before the restart when it configured a unit that stays", async () => {
    const node = testNode();
    const dropIn = "/etc/systemd/system/job.service.d/limit.conf";
    node.reads("job.service", dropIn);
    await node.activate({ ...jobOnly, files: { ...jobOnly.files, [dropIn]: { content: "[Service]\n", restarts: ["job.service"] } } });
    node.calls();
    const run = await node.activate(jobOnly);
    expect(run.output).toBe(`remove ${dropIn}\ndaemon-reload\nrestart job.service\ngeneration 2: 1 removed, 1 restarted\n`);
    expect(node.units()["running job.service"]).toBe(`${UNIT}== ${dropIn}\n`);
    expect(node.tree("/etc/systemd/system")["/etc/systemd/system/job.service.d"]).toBeUndefined();
  });

  test("goes before the checks when it configured a unit that is none of ours", async () => {
    const node = testNode();
    node.vendor("sshd.service");
    node.reads("sshd.service", "/etc/sshd.conf");
    await node.activate({ ...jobOnly, files: { ...jobOnly.files, "/etc/sshd.conf": { content: "x\n", reloads: ["sshd.service"] } } });
    const run = await node.activate({ ...jobOnly, health: [["sshd.service", 1, `! test -e "$MINICLUSTER_ROOT/etc/sshd.conf"`]] });
    expect(run.output).toMatch(/^remove \/etc\/sshd.conf\nreload sshd.service\nhealthy .*\ngeneration 2: 1 removed, 1 reloaded\n$/);
  });

  test("gives back what lay there before us, unless that was a mask", async () => {
    const node = testNode();
    node.write("/etc/web.conf", "the admin's\n", 0o600);
    symlinkSync("/dev/null", node.path("/etc/systemd/system/web.service"));
    await node.activate(both, { staged });
    expect(node.read("/etc/web.conf")).toBe("blue\n");
    const run = await node.activate(jobOnly);
    expect(run.output).toContain("put back /etc/web.conf as it was before\n");
    expect(node.read("/etc/web.conf")).toBe("the admin's\n");
    expect(node.mode("/etc/web.conf")).toBe("0600");
    expect(node.tree("/etc/systemd/system")["/etc/systemd/system/web.service"]).toBeUndefined();
  });

  test("keeps a unit that another service still has", async () => {
    const node = testNode();
    node.vendor("shared.service");
    await node.activate({ units: { "shared.service": ["job", "web"] } });
    node.calls();
    const run = await node.activate({ units: { "shared.service": ["job"] } });
    expect(run.output).toBe("generation 2: nothing to write or restart\n");
    expect(node.calls()).toEqual([]);
    expect(node.active("shared.service")).toBe(true);
  });
});

describe("hand over", () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });
  const listen = async (): Promise<number> => {
    const server = createServer((socket) => socket.destroy());
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as { port: number }).port;
  };
  const freePort = async (): Promise<number> => {
    const port = await listen();
    await new Promise((resolve) => servers.pop()?.close(resolve));
    return port;
  };
  const at = (spec: BundleSpec, ...instances: BundleSpec["instances"] & {}): BundleSpec => ({
    ...spec,
    node: "worker-1",
    instances,
  });

  test("stops the old instance once a new one answers", async () => {
    const node = testNode();
    const port = await listen();
    await node.activate(at(both, ["web", "worker-1", "127.0.0.1", port]), { staged });
    const run = await node.activate(
      at(jobOnly, ["web", "worker-2", "127.0.0.1", await freePort()], ["web", "worker-3", "127.0.0.1", port]),
    );
    expect(run.output).toMatch(/^hand over web: worker-3 answers on 127.0.0.1:\d+ \(0\.\d s\)\nstop web.service\n/);
    expect(run.code).toBe(0);
  });

  test("keeps the old instance with its files and keys while none answers, and goes on once one does", async () => {
    const node = testNode();
    const port = await freePort();
    await node.activate(at(both, ["web", "worker-1", "127.0.0.1", port]), { staged });
    node.calls();
    const next = at(jobOnly, ["web", "worker-2", "127.0.0.1", port]);
    const run = await node.activate(next);
    expect(run.code).toBe(1);
    expect(run.output).toBe(
      `FAILED worker-1: web is kept here: none of its new instances answers within 1 s (worker-2 127.0.0.1:${port})\n` +
        "left as is: worker-1, with the old and the new; deploy again when one answers\n" +
        "untouched: none; other common nodes are delivered independently\npassed: see minicluster status\n",
    );
    expect(node.calls()).toEqual([]);
    expect(node.active("web.service")).toBe(true);
    expect(node.read("/etc/credentials/x509/web/server/private_key.pem")).toBe("KEY\n");
    expect(node.current()).toBe("generations/1");

    const server = createServer((socket) => socket.destroy());
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    const again = await node.activate(next);
    expect(again.code).toBe(0);
    expect(again.output).toContain("stop web.service\n");
    expect(node.active("web.service")).toBe(false);
    expect(node.current()).toBe("generations/2");
  });

  test("waits for nobody where there is no port, no new host, or the service stays", async () => {
    const node = testNode();
    const dead = await freePort();
    for (const instances of [
      [["web", "worker-2", "127.0.0.1", "-"]],
      [["web", "worker-9", "127.0.0.1", dead]],
      [
        ["web", "worker-1", "127.0.0.1", dead],
        ["web", "worker-2", "127.0.0.1", dead],
      ],
    ] as NonNullable<BundleSpec["instances"]>[]) {
      await node.activate(at(both, ["web", "worker-9", "127.0.0.1", dead]), { staged });
      const run = await node.activate(at(jobOnly, ...instances));
      expect(run.output).toMatch(/^stop web.service\n/);
      expect(run.code).toBe(0);
    }
  });
});
