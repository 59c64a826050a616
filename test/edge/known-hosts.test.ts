import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pinnedKey } from "../../edge/known-hosts";

const text = `
# a comment
10.0.0.1,core-1 ssh-ed25519 AAAAed1
10.0.0.1 ssh-rsa AAAArsa1
10.0.0.1 ecdsa-sha2-nistp256 AAAAec1
[10.0.0.1]:2222 ssh-ed25519 AAAAed2222
@cert-authority *.example.com ssh-ed25519 AAAAca
fd00::1 ssh-ed25519 AAAAed6
Node.Example.Com ecdsa-sha2-nistp384 AAAAec384
`;

test.each([
  ["the ECDSA key where there is one", "10.0.0.1", 22, "ecdsa-sha2-nistp256 AAAAec1"],
  ["a port is part of the name", "10.0.0.1", 2222, "ssh-ed25519 AAAAed2222"],
  ["IPv6", "fd00::1", 22, "ssh-ed25519 AAAAed6"],
  ["names in any case", "node.example.com", 22, "ecdsa-sha2-nistp384 AAAAec384"],
  ["a second name of a line", "core-1", 22, "ssh-ed25519 AAAAed1"],
  ["an unknown host", "10.0.0.2", 22, undefined],
  ["a CA's line is no key of a host", "x.example.com", 22, undefined],
])("%s", (_, address, port, key) => {
  expect(pinnedKey(text, address, port)).toBe(key);
});

test("hashed names, as ssh-keygen writes them", () => {
  const folder = mkdtempSync(join(tmpdir(), "minicluster-known-hosts-"));
  try {
    const key = "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
    writeFileSync(join(folder, "known_hosts"), `10.0.0.1 ssh-ed25519 ${key}\n[10.0.0.1]:2222 ssh-ed25519 ${key}\n`);
    execFileSync("ssh-keygen", ["-q", "-H", "-f", join(folder, "known_hosts")], { stdio: "ignore" });
    const hashed = readFileSync(join(folder, "known_hosts"), "utf8");
    expect(hashed).not.toContain("10.0.0.1");
    expect(pinnedKey(hashed, "10.0.0.1", 22)).toBe(`ssh-ed25519 ${key}`);
    expect(pinnedKey(hashed, "10.0.0.1", 2222)).toBe(`ssh-ed25519 ${key}`);
    expect(pinnedKey(hashed, "10.0.0.2", 22)).toBeUndefined();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
