import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LabCluster } from "./support/lab-cluster";
import { type KeyPair, type Login, logIn, makeKey } from "./support/ssh-login";

/** Who may log in, and how machines prove which ones they are. One cluster's life, told in order. */
const USER = "ops";
const cluster = new LabCluster({ name: "t-ssh", core: 1, workers: 1, user: USER });
const node = "worker-1";
const GIVEN = "/etc/minicluster/ssh/ssh_host_ed25519_key-cert.pub";

let ada: KeyPair;
let bob: KeyPair;

const admins = (...who: [string, KeyPair][]) => who.map(([name, { publicKey }]) => ({ name, ssh_keys: [publicKey] }));
const to = (command: string, login: Partial<Login> = {}) => logIn(cluster, node, command, { user: USER, ...login });
const deploys = async () => {
  const started = performance.now();
  const { code, output } = await cluster.deploy();
  expect(code, output).toBe(0);
  return ((performance.now() - started) / 1000).toFixed(0);
};
const nothingToChange = async () => expect((await cluster.diff()).output).toContain("No changes.");

/** From one node to the other as a person would, with nobody to answer a question. What ssh says of the host goes along. */
async function fromNode(name: string): Promise<{ code: number; certified: boolean; said: string }> {
  const { code, stdout, stderr } = await cluster.lab.exec(
    "core-1",
    `runuser -u ${USER} -- ssh -v -o BatchMode=yes -o ConnectTimeout=5 -i /home/${USER}/bob ${name} hostname`,
  );
  const said = stdout + stderr;
  return { code, certified: /known and matches the ED25519-CERT host certificate/.test(said), said };
}

beforeAll(async () => {
  cluster.write();
  ada = makeKey(cluster, "ada");
  bob = makeKey(cluster, "bob");
  cluster.inventory = { admins: admins(["ada", ada], ["bob", bob]) };
  await cluster.boot();
  console.log(`first deploy: ${await deploys()} s`);
  // Bob works on core-1.
  await cluster.exec("core-1", `cat >/home/${USER}/bob <<'END'\n${readFileSync(bob.file, "utf8")}END\n`);
  await cluster.exec("core-1", `chown ${USER}: /home/${USER}/bob && chmod 0600 /home/${USER}/bob`);
});
afterAll(() => cluster.down());

test("a deploy through certified hosts leaves nothing to change", async () => {
  await nothingToChange();
  // All of it once more, by way of hosts that now show certificates to Terraform.
  for (const name of ["core-1", node]) await cluster.minicluster("redeliver", name);
  console.log(`again, to hosts with certificates: ${await deploys()} s`);
  await nothingToChange();
  const { code, output } = await cluster.minicluster("diff");
  expect(code, output).toBe(0);
});

describe("a host proves itself by its certificate", () => {
  test.each([
    ["its short name", () => node],
    ["its full name", () => `${node}.${cluster.domain}`],
    ["its address", () => cluster.addressOf(node)],
  ])("to another node, by %s, without a question", async (_, name) => {
    expect(await fromNode(name())).toMatchObject({ code: 0, certified: true });
  });

  test("to the operator who knows the CA alone", async () => {
    const authority = cluster
      .readPrivate("known_hosts")
      .split("\n")
      .filter((line) => line.startsWith("@cert-authority"));
    expect(authority).toHaveLength(1);
    expect(await to("hostname", { knownHosts: `${authority}\n` })).toMatchObject({ code: 0, stdout: `${node}\n` });
    expect(await to("hostname", { knownHosts: "" })).toMatchObject({ code: 255, stderr: expect.stringContaining("verification failed") });
  });

  test("whose key is in the vault and nowhere else", async () => {
    const blob = cluster.readPrivate("ssh_host_ca").split("\n")[2] as string;
    expect(cluster.filesOfOutputHolding(blob)).toEqual([]);
    expect(cluster.readPrivate("terraform.tfstate")).not.toContain(blob);
    expect((await cluster.lab.exec(node, `grep -rlF ${blob} /etc /var/lib /home /root`)).stdout).toBe("");
  });
});

describe("sshd", () => {
  const options = (...list: string[]) => ({ options: list.flatMap((option) => ["-o", option]) });

  test("takes keys and nothing else", async () => {
    const asked = await to("true", options("PreferredAuthentications=password,keyboard-interactive,gssapi-with-mic,hostbased"));
    expect(asked).toMatchObject({ code: 255, stderr: expect.stringContaining("Permission denied (publickey).") });
    expect((await to("true", { user: "root" })).stderr).toContain("Permission denied (publickey).");
  });

  test("speaks no SHA-1", async () => {
    // A cipher of its own MAC aside.
    const weak = await to("true", options("MACs=hmac-sha1", "Ciphers=aes128-ctr"));
    expect(weak).toMatchObject({ code: 255, stderr: expect.stringContaining("no matching MAC found") });
  });

  test("forwards nothing but to what listens on the node", async () => {
    expect(await to("echo agent: $SSH_AUTH_SOCK", options("ForwardAgent=yes"))).toMatchObject({ stdout: "agent:\n" });
    const remote = await to("true", { options: ["-o", "ExitOnForwardFailure=yes", "-R", "127.0.0.1:18022:127.0.0.1:22"] });
    expect(remote.stderr).toContain("remote port forwarding failed");
    const through = (address: string) => to("", { options: ["-W", `${address}:22`] });
    expect((await through(cluster.addressOf("core-1"))).stderr).toContain("administratively prohibited");
    expect((await through("127.0.0.1")).stdout).toMatch(/^SSH-2.0-/);
  });
});

describe("admins", () => {
  test("a key that somebody adds by hand does not count", async () => {
    const mallory = makeKey(cluster, "mallory");
    await cluster.exec(node, `echo '${mallory.publicKey}' >>/home/${USER}/.ssh/authorized_keys`);
    expect(await to("true", { key: mallory })).toMatchObject({ code: 255 });
  });

  test("one who is removed is refused at the next login, the others and the deploy are not", async () => {
    expect(await to("id -un", { key: ada })).toMatchObject({ code: 0, stdout: `${USER}\n` });
    cluster.inventory = { admins: admins(["bob", bob]) };
    cluster.write();
    console.log(`an admin less: ${await deploys()} s`);
    for (const name of ["core-1", node]) {
      const as = (key?: KeyPair) => logIn(cluster, name, "true", { user: USER, ...(key === undefined ? {} : { key }) });
      expect(await as(ada)).toMatchObject({ code: 255, stderr: expect.stringContaining("Permission denied (publickey).") });
      expect(await as(bob)).toMatchObject({ code: 0 });
      expect(await as()).toMatchObject({ code: 0 });
    }
    await nothingToChange();
  });
});

describe("an expired certificate", () => {
  test("is no proof to other nodes, and locks out neither the commands nor the deploy, which renews it", async () => {
    await cluster.exec(
      node,
      `cat >${GIVEN} <<'END'\n${expiredCertificate()}\nEND\nsystemctl restart ssh-host-certificates.service && ssh-keygen -Lf ${GIVEN}`,
    );
    expect(await fromNode(node)).toMatchObject({ code: 255, said: expect.stringContaining("Certificate invalid: expired") });
    expect(await cluster.minicluster("ssh", node, "hostname")).toMatchObject({ code: 0, output: expect.stringContaining(node) });

    // Five years later.
    const path = cluster.vaultFile("ssh_host_certificates.json");
    const record = JSON.parse(readFileSync(path, "utf8"));
    record.nodes[node].validUntil = "2020-01-02";
    writeFileSync(path, JSON.stringify(record));
    const planned = await cluster.diff();
    expect(planned.output).toContain(GIVEN);
    expect(planned.output).not.toContain("authorized_keys");
    console.log(`renewed in ${await deploys()} s`);
    expect(await fromNode(node)).toMatchObject({ code: 0, certified: true });
    await nothingToChange();
  });

  function expiredCertificate(): string {
    const folder = mkdtempSync(join(tmpdir(), "minicluster-test-"));
    try {
      const key = cluster.lab.hostKeys(node).find((each) => each.startsWith("ssh-ed25519 "));
      writeFileSync(join(folder, "host.pub"), `${key}\n`);
      const names = [node, cluster.addressOf(node)].join();
      const ca = cluster.vaultFile("ssh_host_ca");
      execFileSync("ssh-keygen", ["-q", "-s", ca, "-h", "-I", "expired", "-n", names, "-V", "20200101:20200102", join(folder, "host.pub")]);
      return readFileSync(join(folder, "host-cert.pub"), "utf8").trim();
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
});

describe("a wrong configuration of sshd", () => {
  test.each([
    ["that sshd cannot read", "10-wrong.conf", "Nonsense yes", "Bad configuration option: Nonsense"],
    ["that lets passwords in", "00-ahead.conf", "PasswordAuthentication yes", 'not with "passwordauthentication no"'],
    ["that is for another port", "00-ahead.conf", "Port 2222", "sshd would listen at port 2222, where nothing listens now"],
  ])("%s is refused before sshd sees it, and the node goes back", async (_, name, content, why) => {
    const path = `etc/ssh/sshd_config.d/${name}`;
    const pids = () =>
      cluster.exec(node, "systemctl show --property=MainPID ssh.service; journalctl -u ssh -o cat | grep -c 'Received SIGHUP'");
    const before = await pids();
    cluster.services = { wrong: { files: "wrong", scheduling_group: "all" } };
    cluster.file(`files/wrong/${path}`, `${content}\n`);
    cluster.write();
    try {
      const { code, output } = await cluster.deploy();
      expect(code).not.toBe(0);
      expect(output).toContain("the new files of ssh.service were refused, before it saw them");
      expect(output).toContain(why);
      expect(await pids()).toBe(before);
      expect((await cluster.lab.exec(node, `sshd -t && ls /${path}`)).stderr).toContain("No such file");
      expect(await to("hostname")).toMatchObject({ code: 0 });
    } finally {
      rmSync(join(cluster.folder, "files/wrong"), { recursive: true });
      cluster.services = {};
      cluster.write();
    }
  });

  test("that sshd takes and that lets nobody in is taken back by the nodes, and what runs there runs on", async () => {
    const pids = () => cluster.exec(node, "systemctl show --value -p MainPID ssh prometheus-node-exporter unbound | xargs");
    const before = await pids();
    cluster.services = { wrong: { files: "wrong", scheduling_group: "all" } };
    cluster.file("files/wrong/etc/ssh/sshd_config.d/10-wrong.conf", `DenyUsers ${USER}\n`);
    cluster.write();
    try {
      const { code, output } = await cluster.deploy();
      expect(code).not.toBe(0);
      expect(output).toContain(`FAILED ${node}: nobody got in by a new connection within 60 s`);
      expect(await to("hostname")).toMatchObject({ code: 0 });
      expect(await pids()).toBe(before);
    } finally {
      rmSync(join(cluster.folder, "files/wrong"), { recursive: true });
      cluster.services = {};
      cluster.write();
    }
  });

  test("once it is gone, the next deploy goes through", async () => {
    await deploys();
    await nothingToChange();
  });
});

describe("a reinstalled machine", () => {
  const fingerprint = () => {
    const key = cluster.lab.hostKeys(node).find((each) => each.startsWith("ssh-ed25519 "));
    return execFileSync("ssh-keygen", ["-lf", "-"], { input: `${key}\n`, encoding: "utf8" }).split(" ")[1] as string;
  };

  test("is refused, by commands and by deploys, with what to do", async () => {
    await cluster.lab.reinstall(node);
    expect((await cluster.minicluster("ssh", node, "true")).output).toContain("HOST IDENTIFICATION HAS CHANGED");
    expect((await cluster.status()).nodes[node].error).toContain(`npx minicluster trust ${node} --replace`);
    const trusted = await cluster.minicluster("trust", node);
    expect(trusted.code).toBe(1);
    expect(trusted.output).toContain(`npx minicluster trust ${node} --replace`);
    await cluster.minicluster("redeliver", node);
    const started = performance.now();
    const { code, output } = await cluster.deploy();
    expect(code).not.toBe(0);
    expect(output).toMatch(/knownhosts:\s+key mismatch/);
    console.log(`a changed host key stops the deploy after ${((performance.now() - started) / 1000).toFixed(0)} s`);
    expect((await cluster.lab.exec(node, "ls /etc/credentials")).code).not.toBe(0);
  });

  test("is trusted by its fingerprint and no other, and is as before after a deploy", async () => {
    const wrong = await cluster.minicluster("trust", node, "--fingerprint", `SHA256:${"A".repeat(43)}`);
    expect(wrong.code).toBe(1);
    expect(await cluster.minicluster("trust", node, "--fingerprint", fingerprint())).toMatchObject({
      code: 0,
      output: expect.stringContaining("trusted"),
    });
    console.log(`delivered anew in ${await deploys()} s`);
    expect(await fromNode(node)).toMatchObject({ code: 0, certified: true });
    expect(await to("true", { key: ada })).toMatchObject({ code: 255 });
    await nothingToChange();
  });
});
