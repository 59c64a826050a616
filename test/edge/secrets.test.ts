import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requireSecrets } from "../../edge/secrets";

let vault: string;
beforeEach(() => {
  vault = mkdtempSync(join(tmpdir(), "vault-"));
  mkdirSync(join(vault, "secrets"));
});
afterEach(() => rmSync(vault, { recursive: true }));

const reference = { name: "smtp", file: "inventory.yml", line: 12, column: 7, path: "alerts.password.secret" };
const put = (content: string | Buffer, mode = 0o600) => {
  writeFileSync(join(vault, "secrets/smtp"), content);
  chmodSync(join(vault, "secrets/smtp"), mode);
};

test.each<[string, string | Buffer | undefined, number, string]>([
  ["missing", undefined, 0o600, "is missing; write the secret there, readable by you alone (mode 0600)"],
  ["open to others", "hunter2\n", 0o640, "can be read by others; chmod 600 it, and think about whether it is still a secret"],
  ["empty", " \n", 0o600, "is empty; write the secret there"],
  ["binary", Buffer.from([0xff, 0xfe]), 0o600, "is not text in UTF-8; encode it, e.g. with base64"],
  ["like a delimiter", "a\n@@ end\n", 0o600, 'has a line that begins with "@@ "; encode it, e.g. with base64'],
])("a secret that is %s", (_, content, mode, complaint) => {
  if (content !== undefined) put(content, mode);
  expect(() => requireSecrets([reference], vault)).toThrow(
    `inventory.yml:12:7 alerts.password.secret: ${join(vault, "secrets/smtp")} ${complaint}`,
  );
});

test("one that can be delivered", () => {
  put("hunter2\nand a second line\n");
  expect(() => requireSecrets([reference], vault)).not.toThrow();
});
