import { inventoryJsonSchema, servicesJsonSchema } from "../../constructs/config";

/** `minicluster schema`: reads no configuration, so that it works while one is being written. */
export function schema(file: "inventory" | "services"): void {
  console.log(JSON.stringify(file === "inventory" ? inventoryJsonSchema() : servicesJsonSchema(), null, 2));
}
