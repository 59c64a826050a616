import { z } from "zod";
import { show } from "./problem";
import { isSecret } from "./services-schema";

const UNITS: Readonly<Record<string, number>> = { MB: 1e6, GB: 1e9, TB: 1e12 };
const SIZE = /^([1-9][0-9]{0,5})(MB|GB|TB)$/;
const DAY_LIMIT = 3650;

/** For how many days something is kept. */
export const days = z
  .int({
    error: (issue) =>
      issue.input === undefined || isSecret(issue.input) ? undefined : `${show(issue.input)} is no number of days; e.g. 15`,
  })
  .min(1, { error: (issue) => `${show(issue.input)} is too few; 1 is the least` })
  .max(DAY_LIMIT, { error: (issue) => `${show(issue.input)} is too many; ${DAY_LIMIT} is the most` });

/** `2GB` -> 2000000000. Powers of ten, as disks are sold. */
export function size(least: string) {
  const complaint = (input: unknown) => `${show(input)} is no size; write e.g. 500MB or 2GB`;
  return z
    .string({ error: (issue) => (issue.input === undefined || isSecret(issue.input) ? undefined : complaint(issue.input)) })
    .regex(SIZE, { error: (issue) => complaint(issue.input), abort: true })
    .refine((text) => bytes(text) >= bytes(least), { error: (issue) => `${show(issue.input)} is too little; ${least} is the least` })
    .transform(bytes);
}

function bytes(text: string): number {
  const [, amount = "", unit = ""] = text.match(SIZE) ?? [];
  return Number(amount) * (UNITS[unit] ?? 1);
}
