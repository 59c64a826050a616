import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { freeNetwork } from "../../lab/host";
import { Lab, type MachineSpec } from "../../lab/lab";
import { run } from "../../lab/run";
import { labKey, publicKey } from "../../lab/ssh";
import { bridgeName, labFolder, labsFolder } from "../../lab/state";
import { labUnavailable } from "../../setup/lab-prerequisites";
import { CHECKOUT } from "./support/checkout";
import { minimalCloudConfig } from "./support/minimal-cloud-config";

const reason = labUnavailable();
const describeLab = reason ? describe.skip : describe;

/** Names of this checkout's own, so that two test runs on one host do not meet. */
const first = `t-machines-${CHECKOUT}`;
const second = `t-neighbour-${CHECKOUT}`;

/** Up a lab of machines with SSH for root, in a network that is free now. */
async function up(name: string, hosts: Readonly<Record<string, number>>): Promise<Lab> {
  const network = await freeNetwork(name);
  const [, b, c] = network.split(".");
  const privateKeyFile = await labKey(labFolder(name));
  const userData = minimalCloudConfig("root", await publicKey(privateKeyFile));
  const machines: MachineSpec[] = Object.entries(hosts).map(([machine, host]) => ({
    name: machine,
    addresses: [network.replace(/0$/, String(host)), `fd77:${b}:${c}::${host}`],
    userData,
  }));
  return Lab.up({ name, machines, ssh: { user: "root", port: 22, privateKeyFile } });
}

async function succeed(lab: Lab, machine: string, command: string): Promise<string> {
  const result = await lab.sshExec(machine, command);
  expect(result, `${machine}: ${command}`).toMatchObject({ code: 0 });
  return result.stdout.trim();
}

/** Everything on this host that carries the bridge's name or lies in the lab's folder. */
async function traces(name: string): Promise<string[]> {
  const bridge = bridgeName(labFolder(name));
  const host = [
    await run("ip", ["-brief", "link"]),
    await run("nft", ["list", "tables"]),
    readFileSync("/proc/mounts", "utf8"),
    await run("ps", ["-e", "-o", "args"]),
    await run("find", ["/sys/fs/cgroup", "-type", "d", "-name", `*${bridge}*`]),
    await run("find", ["/run", "-name", `*${bridge}*`]),
  ];
  return host
    .join("\n")
    .split("\n")
    .filter((line) => line.includes(bridge) || line.includes(labFolder(name)));
}

describeLab(`lab machines${reason ? ` (${reason})` : ""}`, () => {
  let lab: Lab;

  beforeAll(async () => {
    await Lab.down(first);
    await Lab.down(second);
    lab = await up(first, { "core-1": 1, "worker-1": 11 });
  }, 300_000);

  afterAll(async () => {
    await Lab.down(first);
    await Lab.down(second);
  }, 60_000);

  test("are whole Debian 13 systems, each with a host name and a machine id of its own", async () => {
    expect(await succeed(lab, "core-1", "hostname; . /etc/os-release; echo $VERSION_CODENAME")).toBe("core-1\ntrixie");
    // cloud-init is done when `up` returns; systemd may need a moment longer.
    expect(await succeed(lab, "core-1", "systemctl is-system-running --wait")).toBe("running");
    const ids = await Promise.all(lab.nodes.map((node) => succeed(lab, node.name, "cat /etc/machine-id")));
    expect(new Set(ids).size).toBe(2);
  });

  test("reach each other over IPv4 and IPv6", async () => {
    for (const address of lab.node("worker-1").addresses) await succeed(lab, "core-1", `ping -c 1 -W 5 ${address}`);
  });

  test("install packages through NAT", async () => {
    await succeed(lab, "worker-1", "apt-get -q update && apt-get -q install -y --no-install-recommends hello");
    expect(await succeed(lab, "worker-1", "hello")).toBe("Hello, world!");
  }, 60_000);

  test("may not set the clock that they share with the host, whichever way one comes in", async () => {
    const bounding = "sed -n 's/^CapBnd:\\s*//p' /proc/self/status";
    for (const set of [await succeed(lab, "core-1", bounding), (await lab.exec("core-1", bounding)).stdout.trim()]) {
      expect(BigInt(`0x${set}`) & (1n << 25n)).toBe(0n);
    }
  });

  test("are given the inotify instances that many systemds on one kernel need", () => {
    expect(Number(readFileSync("/proc/sys/fs/inotify/max_user_instances", "utf8"))).toBeGreaterThanOrEqual(1024);
  });

  test("keep their disk and their keys over a power cut", async () => {
    const keys = lab.hostKeys("core-1");
    expect(keys.map((key) => key.split(" ")[0])).toEqual(["ecdsa-sha2-nistp256", "ssh-ed25519", "ssh-rsa"]);
    await succeed(lab, "core-1", "echo kept > /var/tmp/note && sync");
    await lab.kill("core-1");
    expect(lab.isRunning("core-1")).toBe(false);
    expect((await lab.sshExec("core-1", "true")).code).toBe(255);
    await lab.start("core-1");
    expect(await succeed(lab, "core-1", "cat /var/tmp/note")).toBe("kept");
    expect(lab.hostKeys("core-1")).toEqual(keys);
  }, 60_000);

  test("come back after all were switched off at once", async () => {
    await lab.stopAll();
    expect(lab.nodes.filter((node) => lab.isRunning(node.name))).toEqual([]);
    await lab.startAll();
    for (const node of lab.nodes) await succeed(lab, node.name, "true");
  }, 120_000);

  test("are new machines after a reinstallation", async () => {
    const keys = lab.hostKeys("worker-1");
    const id = await succeed(lab, "worker-1", "cat /etc/machine-id");
    await lab.reinstall("worker-1");
    expect(lab.hostKeys("worker-1")).toHaveLength(3);
    expect(lab.hostKeys("worker-1").filter((key) => keys.includes(key))).toEqual([]);
    expect(await succeed(lab, "worker-1", "cat /etc/machine-id")).not.toBe(id);
    expect((await lab.sshExec("worker-1", "command -v hello")).code).not.toBe(0);
  }, 60_000);

  test("of a second lab live beside them, but not in the same network", async () => {
    const taken = lab.node("core-1").addresses[0] as string;
    const machines = [{ name: "core-1", addresses: [taken.replace(/1$/, "9")], userData: "#cloud-config\n{}\n" }];
    const network = taken.replace(/1$/, "0/24");
    await expect(Lab.up({ name: second, machines, ssh: lab.ssh })).rejects.toThrow(
      `${network} is used by the lab "${first}"; choose other addresses in inventory.yml, or take that lab down`,
    );
    await Lab.down(second);

    const neighbour = await up(second, { "core-1": 1 });
    await succeed(neighbour, "core-1", "true");
    await neighbour.down();
    expect(await traces(second)).toEqual([]);
    await succeed(lab, "core-1", "true");
    await succeed(lab, "core-1", "apt-get -q update");
  }, 120_000);

  test("leave nothing behind when their lab goes down", async () => {
    expect(await traces(first)).not.toEqual([]);
    expect(await lab.down()).toBe(true);
    expect(await traces(first)).toEqual([]);
    expect(existsSync(labFolder(first))).toBe(false);
    expect(existsSync(join(labsFolder(), `${first}.lock`))).toBe(false);
    expect(await Lab.down(first)).toBe(false);
  }, 60_000);
});
