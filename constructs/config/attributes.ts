import { z } from "zod";
import { show } from "./problem";

/** Nodes, services, groups, admins. */
export const NAME = /^[a-z]([a-z0-9-]{0,29}[a-z0-9])?$/;
/** A DNS label of ours: lower case, so that no two names differ by case only. */
export const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Says what is wrong with a value and what to write instead. */
export type Complaint = (value: string) => string;

/** A string that matches; the complaint makes the message. */
export function matching(pattern: RegExp, complaint: Complaint) {
  return z.string().regex(pattern, { error: (issue) => complaint(String(issue.input)) });
}

export function nameComplaint(value: string): string {
  if (value.length > 31) return `${show(value)} has ${value.length} characters; 31 is the most`;
  return `${show(value)} is no valid name; use lower-case letters, digits and dashes, first a letter, last no dash`;
}

export const name = matching(NAME, nameComplaint);

export const label = matching(LABEL, (value) =>
  value.length > 63
    ? `${show(value)} has ${value.length} characters; a DNS label holds 63`
    : `${show(value)} is no DNS label; use lower-case letters, digits and dashes`,
);

const portError = (issue: { input?: unknown }) => `${show(issue.input)} is no port; use a number from 1 to 65535`;

export const port = z
  .int({ error: (issue) => (issue.input === undefined ? undefined : portError(issue)) })
  .min(1, { error: portError })
  .max(65535, { error: portError });

/** Text that ends up in one line of a unit file, an environment file or a command. */
export const line = matching(
  // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point
  /^[^\x00-\x1f\x7f]*$/,
  (value) => `${show(value)} holds a line break or control character; write it on one line`,
);

export const linuxUser = matching(/^[a-z_][a-z0-9_-]{0,30}$/, (value) =>
  value.length > 31
    ? `${show(value)} has ${value.length} characters; a Linux user name holds 31`
    : `${show(value)} is no Linux user name; use lower-case letters, digits, dashes and underscores`,
);

/** An absolute path on a node that says one thing only: no `..`, no doubled slashes. */
export const nodePath = matching(/^(\/(?!\.{1,2}(\/|$))[^\s/:,]+)+$/, (value) =>
  value.startsWith("/")
    ? `${show(value)} is no plain path; no "..", "//", ":", "," or space, no slash at the end`
    : `${show(value)} is not absolute; start it with "/"`,
);

/** A list that is empty when absent. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.array(item).default([]);
}

/** Where a secret is asked for: `{ secret: NAME }`, a file in `private_dir/secrets/`. Never the secret itself. */
export const secret = z.strictObject({
  secret: matching(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
    (value) => `${show(value)} is no name of a file in private_dir/secrets; use letters, digits, dots, dashes and underscores`,
  ).meta({ description: "Name of a file in private_dir/secrets.", examples: ["smtp-password"] }),
});
