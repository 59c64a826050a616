import { z } from "zod";
import { matching } from "./attributes";
import { show } from "./problem";

const NO_SECOND = "; write e.g. 30s, 5m or 1h";

const duration = matching(/^([0-9]+(ms|s|m|h|d|w|y))+$/, (value) => `${show(value)} is no duration${NO_SECOND}`);

const expression = z.string().regex(/\S/, { error: "empty; write a query" });

const labelName = matching(/^[a-zA-Z_][a-zA-Z0-9_]*$/, (value) => `${show(value)} is no label name; use letters, digits and underscores`);

const alert = z.strictObject({
  alert: matching(/^[A-Za-z][A-Za-z0-9_:]*$/, (value) => `${show(value)} is no name of an alert; use letters, digits and underscores`),
  expr: expression.meta({ examples: ["up == 0"] }),
  for: duration.optional(),
  keep_firing_for: duration.optional(),
  // A label that nobody routes by would make an alert that nobody hears of.
  labels: z
    .looseObject({ severity: z.enum(["critical", "warning"]) })
    .and(z.record(labelName, z.string()))
    .meta({ examples: ["{severity: warning}"] }),
  annotations: z.record(labelName, z.string()).default({}),
});

const record = z.strictObject({
  record: matching(
    /^[a-zA-Z_:][a-zA-Z0-9_:]*$/,
    (value) => `${show(value)} is no name of a metric; use letters, digits, underscores and colons`,
  ),
  expr: expression,
  labels: z.record(labelName, z.string()).default({}),
});

/** One rule of a group: what it is depends on which key it has. */
export const rules = { alert, record };

/** The outer shape of a file of rules; the queries themselves are promtool's to judge. */
export const ruleFile = z.strictObject({
  groups: z
    .array(
      z.strictObject({
        name: z.string().min(1, { error: "empty; give the group a name" }),
        interval: duration.optional(),
        limit: z.int().optional(),
        rules: z.array(z.unknown()).min(1, { error: "an empty list; add a rule or remove the group" }),
      }),
    )
    .min(1, { error: "an empty list; add a group of rules" })
    .meta({ examples: ["[{name: web, rules: []}]"] }),
});
