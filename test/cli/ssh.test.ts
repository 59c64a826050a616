import { asRoot, keyscanCommand, type SshTarget, sshCommand } from "../../cli/ssh";

const target: SshTarget = {
  node: "core-1",
  address: "10.0.0.1",
  port: 22,
  user: "root",
  privateKeyFile: "/home/ada/.ssh/id_ed25519",
  knownHostsFile: "/vault/known_hosts",
};

test("a command line for programs checks the host key, asks nobody and gives up soon", () => {
  expect(sshCommand(target, ["sh", "-s"]).join(" ")).toBe(
    'ssh -F none -o UserKnownHostsFile="/vault/known_hosts" -o GlobalKnownHostsFile=/dev/null -o StrictHostKeyChecking=yes ' +
      '-o UpdateHostKeys=no -o IdentitiesOnly=yes -o IdentityFile="/home/ada/.ssh/id_ed25519" -o ConnectTimeout=5 ' +
      "-o BatchMode=yes -o ServerAliveInterval=5 -o ServerAliveCountMax=3 -T -p 22 -l root -- 10.0.0.1 sh -s",
  );
});

test("a login for a person may ask, and its words come unchanged, last", () => {
  const command = sshCommand({ ...target, port: 2222, user: "ops" }, ["ls", "-la", "a b"], { interactive: true });
  expect(command).not.toContain("BatchMode=yes");
  expect(command).not.toContain("-T");
  expect(command.slice(-9)).toEqual(["-p", "2222", "-l", "ops", "--", "10.0.0.1", "ls", "-la", "a b"]);
});

test("without a key file the agent offers its keys", () => {
  const command = sshCommand({ ...target, privateKeyFile: undefined }, []);
  expect(command.join(" ")).not.toMatch(/Identit/);
});

test("a path with a space, a quote or a percent sign means itself", () => {
  const command = sshCommand({ ...target, knownHostsFile: '/my "vault"/100%/known_hosts' }, []);
  expect(command).toContain('UserKnownHostsFile="/my \\"vault\\"/100%%/known_hosts"');
});

test("kinds of host keys can be fixed", () => {
  expect(sshCommand(target, [], { hostKeyAlgorithms: ["rsa-sha2-512", "rsa-sha2-256"] })).toContain(
    "HostKeyAlgorithms=rsa-sha2-512,rsa-sha2-256",
  );
});

test("a tunnel runs nothing, is the user's alone, and ends where it cannot be made", () => {
  const command = sshCommand(target, [], { tunnel: { socket: "/tmp/t/socket", address: "fd00::1", port: 9090 } }).join(" ");
  expect(command).toContain(
    "-N -o ExitOnForwardFailure=yes -o StreamLocalBindMask=0177 -L /tmp/t/socket:[fd00::1]:9090 -p 22 -l root -- 10.0.0.1",
  );
});

test("who is not root becomes root by sudo, without being asked", () => {
  expect(asRoot(target, ["sh", "-s"])).toEqual(["sh", "-s"]);
  expect(asRoot({ ...target, user: "ops" }, ["sh", "-s"])).toEqual(["sudo", "-n", "--", "sh", "-s"]);
});

test("a scan asks for every kind that Terraform may check", () => {
  expect(keyscanCommand({ ...target, address: "fd00::1" }).join(" ")).toBe("ssh-keyscan -T 5 -p 22 -t ed25519,ecdsa,rsa -- fd00::1");
});
