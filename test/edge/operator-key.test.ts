import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { operatorKey } from "../../edge/operator-key";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "minicluster-test-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** @returns path of the private key, and the public one without its comment */
function make(name: string, passphrase = "") {
  const file = join(folder, name);
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", passphrase, "-C", `${name} key`, "-f", file]);
  return { file, key: readFileSync(`${file}.pub`, "utf8").trim() };
}
const ssh = { user: "root", port: 22, knownHostsFile: "/nowhere" };
const asked = (more: { privateKeyFile?: string; publicKey?: string }) => operatorKey({ ssh: { ...ssh, ...more } });

test("is what the private key says, with or without a file beside it", () => {
  const { file, key } = make("mine");
  expect(asked({ privateKeyFile: file })).toBe(key);
  rmSync(`${file}.pub`);
  expect(asked({ privateKeyFile: file })?.split(" ").slice(0, 2)).toEqual(key.split(" ").slice(0, 2));
});

test("of a private key with a passphrase, and of an agent, is what is said beside it", () => {
  const { file, key } = make("closed", "secret");
  expect(asked({ privateKeyFile: file })).toBe(key);
  expect(asked({ publicKey: key })).toBe(key);
});

test("is not known of an agent, or of a key that is not here", () => {
  expect(asked({})).toBeUndefined();
  expect(asked({ privateKeyFile: join(folder, "gone") })).toBeUndefined();
});

test("two that are said to be one are a mistake", () => {
  const [mine, other] = [make("mine"), make("other")];
  expect(() => asked({ privateKeyFile: mine.file, publicKey: other.key })).toThrow(
    `ssh.public_key in inventory.yml is not the public half of ${mine.file}`,
  );
  writeFileSync(`${mine.file}.pub`, `${other.key}\n`);
  expect(() => asked({ privateKeyFile: mine.file })).toThrow(`${mine.file}.pub is not the public half of ${mine.file}`);
});
