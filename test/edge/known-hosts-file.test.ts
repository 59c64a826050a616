import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withAuthority, withKeys, writeKnownHosts } from "../../edge/known-hosts-file";

/** `ssh-keygen -H` of a line for 192.168.1.61. */
const HASHED = "|1|yqfsHBOQsJQYhPMsG3Eu/Np8Uac=|7mXdeO+/EJ6482DHlOpTqyjANTk=";

test("a new host is added at the end", () => {
  expect(withKeys("# mine\nhost-a ssh-ed25519 AAAA\n", "10.0.0.1", ["ssh-rsa BBBB", "ssh-ed25519 CCCC"])).toBe(
    "# mine\nhost-a ssh-ed25519 AAAA\n10.0.0.1 ssh-rsa BBBB\n10.0.0.1 ssh-ed25519 CCCC\n",
  );
  expect(withKeys("", "[10.0.0.1]:2222", ["ssh-rsa BBBB"])).toBe("[10.0.0.1]:2222 ssh-rsa BBBB\n");
});

test("former keys of the host go, also where others share the line", () => {
  const before = ["10.0.0.1 ssh-rsa OLD", "10.0.0.10 ssh-rsa OTHER", "10.0.0.1,core-1 ssh-ed25519 OLD", "[10.0.0.1]:2222 ssh-rsa PORT"];
  expect(withKeys(`${before.join("\n")}\n`, "10.0.0.1", ["ssh-rsa NEW"])).toBe(
    "10.0.0.10 ssh-rsa OTHER\ncore-1 ssh-ed25519 OLD\n[10.0.0.1]:2222 ssh-rsa PORT\n10.0.0.1 ssh-rsa NEW\n",
  );
});

test("hashed names are recognised", () => {
  expect(withKeys(`${HASHED} ssh-ed25519 OLD\n`, "192.168.1.61", ["ssh-ed25519 NEW"])).toBe("192.168.1.61 ssh-ed25519 NEW\n");
  expect(withKeys(`${HASHED} ssh-ed25519 OLD\n`, "192.168.1.62", ["ssh-ed25519 NEW"])).toContain("OLD");
});

test("CAs, revoked keys, comments and empty lines stay", () => {
  const before = "@revoked 10.0.0.1 ssh-rsa BAD\n\n@cert-authority *.example.com ssh-rsa CA\n#10.0.0.1 ssh-rsa X\n";
  expect(withKeys(before, "10.0.0.1", [])).toBe(before);
});

test("the file and its new folder are the owner's alone; a link stays a link", () => {
  const folder = mkdtempSync(join(tmpdir(), "minicluster-test-"));
  try {
    const path = join(folder, "private", "known_hosts");
    writeKnownHosts(path, "a\n");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, "private")).mode & 0o777).toBe(0o700);
    writeFileSync(join(folder, "real"), "old\n");
    symlinkSync(join(folder, "real"), join(folder, "link"));
    writeKnownHosts(join(folder, "link"), "new\n");
    expect(readFileSync(join(folder, "real"), "utf8")).toBe("new\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a CA counts for the names that it is given now; other CAs and raw keys stay", () => {
  const before = "@cert-authority old ssh-ed25519 CA\n@cert-authority * ssh-rsa OTHER\n10.0.0.1 ssh-ed25519 RAW\n";
  const after = "@cert-authority * ssh-rsa OTHER\n10.0.0.1 ssh-ed25519 RAW\n@cert-authority core-1,10.0.0.1 ssh-ed25519 CA\n";
  expect(withAuthority(before, "ssh-ed25519 CA", ["core-1", "10.0.0.1"])).toBe(after);
  expect(withAuthority(after, "ssh-ed25519 CA", ["core-1", "10.0.0.1"])).toBe(after);
});
