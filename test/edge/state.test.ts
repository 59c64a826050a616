import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deliveredTriggers, readState } from "../../edge/state";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "minicluster-state-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("what a node took last is known only of a delivery that ended well", () => {
  const resource = (name: string, instance: object) => ({ type: "null_resource", name, instances: [instance] });
  const attributes = { id: "1", triggers: { "/etc/hosts": "0123" } };
  const resources = [
    resource("core-1_activation", { attributes }),
    resource("core-2_activation", { status: "tainted", attributes }),
    resource("core-3_activation", { deposed: "0a", attributes }),
    resource("core-1_prepare", { attributes }),
    { ...resource("pki_key", { attributes: { id: "2", triggers: "a secret" } }), type: "tls_private_key" },
  ];
  writeFileSync(join(folder, "terraform.tfstate"), JSON.stringify({ resources }));
  const state = readState(folder) ?? [];
  expect(deliveredTriggers(state)).toEqual({ "core-1": { "/etc/hosts": "0123" } });
  expect(JSON.stringify(state)).not.toContain("secret");
});
