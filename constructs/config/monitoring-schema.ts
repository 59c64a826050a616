import { z } from "zod";
import { line, listOf, matching, name, secret } from "./attributes";
import { show } from "./problem";

/** What an alert's label `severity` may be. `deadman` is the alert that always fires, so that its silence is an alarm. */
export const SEVERITIES = ["critical", "warning", "deadman"] as const;

const address = matching(/^[^\s@<>,;"]+@[^\s@<>,;"]+$/, (value) => `${show(value)} is no e-mail address; e.g. ops@example.com`);

const smarthost = matching(
  /^([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]):[0-9]{1,5}$/,
  (value) => `${show(value)} is no host:port; e.g. mail.example.com:587`,
);

const email = z
  .strictObject({
    to: z
      .array(address)
      .min(1, { error: "an empty list; name at least one address" })
      .meta({ examples: ["[ops@example.com]"] }),
    from: address.meta({ examples: ["minicluster@example.com"] }),
    smarthost: smarthost.meta({ description: "The mail server, host:port.", examples: ["mail.example.com:587"] }),
    username: line.optional(),
    password: secret.optional(),
    require_tls: z.boolean().default(true).meta({ description: "Refuse a mail server without TLS." }),
  })
  .refine((value) => value.password === undefined || value.username !== undefined, {
    error: "a password without a username; add it",
    path: ["password"],
  })
  .refine((value) => value.password === undefined || value.require_tls, {
    error: "false would send the password in clear; remove it, or the password",
    path: ["require_tls"],
  });

const url = matching(/^https?:\/\/[^\s/]+(\/[^\s]*)?$/, (value) => `${show(value)} is no URL; e.g. https://hooks.example.com/alerts`);

const webhook = z
  .strictObject({
    url: z
      .union([url, secret], {
        error: (issue) =>
          issue.input === undefined
            ? undefined
            : typeof issue.input === "string"
              ? url.safeParse(issue.input).error?.issues[0]?.message
              : `expected a URL or { secret: NAME }, found ${show(issue.input)}`,
      })
      .meta({
        description: "Where alerts are posted; a secret where the URL itself lets one in.",
        examples: ["https://hooks.example.com/alerts"],
      }),
    bearer_token: secret.optional().meta({ description: "Sent as Authorization: Bearer." }),
    ca: secret.optional().meta({ description: "Certificate of the CA that vouches for the server; by default those of the system." }),
  })
  .refine((value) => value.bearer_token === undefined || typeof value.url !== "string" || value.url.startsWith("https:"), {
    error: "a token over http can be read on the way; use an https URL",
    path: ["bearer_token"],
  });

const receiver = z
  .strictObject({
    name: name.meta({ examples: ["ops"] }),
    severities: z
      .array(z.enum(SEVERITIES))
      .min(1, { error: "an empty list; name severities, or remove the key for critical and warning" })
      .default(["critical", "warning"])
      .meta({ description: "Which alerts it gets." }),
    email: email.optional(),
    webhook: webhook.optional(),
  })
  .refine((value) => value.email !== undefined || value.webhook !== undefined, { error: "neither email nor webhook; add one" })
  .refine((value) => value.email === undefined || !value.severities.includes("deadman"), {
    error: "deadman is sent every 5 minutes, which is no use of e-mail; give it a receiver of its own with a webhook",
    path: ["severities"],
  });

/** Who hears of alerts. */
export const alerts = z.strictObject({
  receivers: listOf(receiver).superRefine((receivers, context) => {
    for (const [index, { name }] of receivers.entries()) {
      const first = receivers.findIndex((each) => each.name === name);
      if (first < index)
        context.addIssue({ code: "custom", path: [index, "name"], message: `${show(name)} is there already; choose another` });
    }
  }),
});

export type ParsedAlerts = z.output<typeof alerts>;
