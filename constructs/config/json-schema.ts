import { z } from "zod";
import { inventorySchema } from "./inventory-schema";
import { include, serviceAttributes, serviceName } from "./services-schema";

/** JSON Schema of inventory.yml, for editors: what may be written, before defaults. */
export function inventoryJsonSchema(): object {
  return { ...forEditors(inventorySchema), title: "minicluster inventory.yml" };
}

/** JSON Schema of services.yml and of the files that it includes. */
export function servicesJsonSchema(): object {
  const { $schema, ...service } = forEditors(serviceAttributes);
  const { pattern } = z.toJSONSchema(serviceName);
  const { $schema: _, ...included } = z.toJSONSchema(include, { io: "input" });
  return {
    $schema,
    title: "minicluster services.yml",
    type: ["object", "null"],
    properties: { include: included },
    patternProperties: {
      "^x-": {},
      // A name that starts with x- is an extension, not a service; a service without attributes has its defaults.
      [String(pattern).replace("^", "^(?!x-|include$)")]: { anyOf: [service, { type: "null" }] },
    },
    additionalProperties: false,
  };
}

/** Maps of attributes take `x-*` keys besides; dictionaries, whose keys are names, do not. */
function forEditors(schema: z.ZodType): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(schema, {
    io: "input",
    override: ({ jsonSchema }) => {
      if (jsonSchema.type === "object" && jsonSchema.additionalProperties === false) jsonSchema.patternProperties = { "^x-": {} };
    },
  });
}
