import { algorithmsOf, type HostKey, hasFingerprint, parseHostKeys, shortType } from "../../cli/host-keys";

const ED25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIL0JaHtiFN2mTZW5sXNG50f/J8QVu3wcew19Xf0CRC0e";
const ECDSA =
  "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBBkAP1b7IQCDaehknjdFFi7kBnUw9TD/FX7IhRxlKoPhWBTd48Lo42/uye/ruAfPCZXvhD+xNyfK/6oIfQoGXHE=";

test("reads what ssh-keyscan prints; the key that Terraform checks comes first", () => {
  const keys = parseHostKeys(`# 10.0.0.1:22 SSH-2.0-OpenSSH_10.0\n10.0.0.1 ${ED25519}\n[10.0.0.1]:2222 ${ECDSA}\n10.0.0.1 ${ED25519}\n`);
  expect(keys.map((key) => key.text)).toEqual([ECDSA, ED25519]);
});

test("reads .pub files, with comments or without, and passes over the rest", () => {
  const text = `Welcome!\n${ED25519} root@core-1\n${ECDSA}\nssh-dss AAAA root@core-1\nssh-ed25519 not!base64\n`;
  expect(parseHostKeys(text).map((key) => shortType(key.type))).toEqual(["ECDSA", "ED25519"]);
});

test("fingerprints are those of ssh-keygen -l", () => {
  expect(parseHostKeys(`${ED25519}\n${ECDSA}`).map((key) => key.fingerprint)).toEqual([
    "SHA256:YWWsi1uLluqeBN1JyD4M7p07e8KhjBYjyS0faMCPG1s",
    "SHA256:5TLcs0hxRoV9AnP6ZRme3HdwQVorp6jzYuaiFom5SMM",
  ]);
});

test("a fingerprint may be given as people copy it", () => {
  const [key] = parseHostKeys(ED25519) as [HostKey];
  expect(hasFingerprint(key, "SHA256:5TLcs0hxRoV9AnP6ZRme3HdwQVorp6jzYuaiFom5SMM")).toBe(true);
  expect(hasFingerprint(key, " 5TLcs0hxRoV9AnP6ZRme3HdwQVorp6jzYuaiFom5SMM=\n")).toBe(true);
  expect(hasFingerprint(key, "5tlcs0hxRoV9AnP6ZRme3HdwQVorp6jzYuaiFom5SMM")).toBe(false);
  expect(hasFingerprint(key, "")).toBe(false);
});

test("RSA keys sign with SHA-2", () => {
  expect(algorithmsOf("ssh-rsa")).toEqual(["rsa-sha2-512", "rsa-sha2-256"]);
  expect(algorithmsOf("ssh-ed25519")).toEqual(["ssh-ed25519"]);
});
