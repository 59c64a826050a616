import { parse } from "yaml";
import { z } from "zod";
import { inventoryJsonSchema, servicesJsonSchema } from "../../constructs/config";
import { INVENTORY, load } from "./cluster-files";

type JsonSchema = Parameters<typeof z.fromJSONSchema>[0];

function accepts(schema: object, yaml: string): boolean {
  return z.fromJSONSchema(schema as JsonSchema).safeParse(parse(yaml)).success;
}

const SERVICES = `include: [more.yml]
x-anything: 5
web:
  num_instances: 1
  service_credentials: [{ name: web, enable_client: false }]
  environment: { A: 1 }
  ports: [80, 81]
  allow_from: { 80: everywhere, 81: [web] }
  x-owner: me
plain:
`;

describe("the JSON Schema for editors", () => {
  test("accepts what load accepts", () => {
    expect(load({ "services.yml": SERVICES, "more.yml": "" }).ok).toBe(true);
    expect(accepts(inventoryJsonSchema(), INVENTORY)).toBe(true);
    expect(accepts(servicesJsonSchema(), SERVICES)).toBe(true);
  });

  test.each(["web: { num_instance: 1 }", "web: { num_instances: 0 }", "web: { ports: [0] }", "Web:", "web: 5", "include: a.yml"])(
    "refuses %s",
    (text) => {
      expect(accepts(servicesJsonSchema(), text)).toBe(false);
    },
  );

  test.each([
    ["a missing domain", INVENTORY.replace(/^domain:.*\n/m, "")],
    ["an unknown key of a node", INVENTORY.replace("groups: [ssd]", "group: ssd")],
    ["a node without addresses", INVENTORY.replace("addresses: [10.0.0.2], ", "")],
  ])("refuses %s", (_, text) => {
    expect(accepts(inventoryJsonSchema(), text)).toBe(false);
  });

  test("describes attributes, for editors to show", () => {
    expect(JSON.stringify(servicesJsonSchema())).toContain("Hosts are selected from this group");
  });
});
