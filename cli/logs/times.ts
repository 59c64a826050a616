import { UserError } from "../../edge/user-error";

const UNITS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/**
 * A point in time as a person writes it: `90s`, `15m`, `1h`, `2d`, `1w` ago, `now`, or a date with or without a time, UTC
 * unless it says otherwise.
 * @returns RFC 3339 in UTC with microseconds, as lines begin
 * @throws UserError
 */
export function timeOf(text: string, option: string, now: Date): string {
  const ago = /^(\d{1,6})([smhdw])$/.exec(text);
  const milliseconds = ago
    ? now.getTime() - Number(ago[1]) * (UNITS[ago[2] as string] as number) * 1000
    : text === "now"
      ? now.getTime()
      : absolute(text);
  if (Number.isNaN(milliseconds)) {
    throw new UserError(
      `${option} ${JSON.stringify(text)} is no time; write 15m, 1h, 2d, or 2026-11-24, "2026-11-24 18:30", 2026-11-24T18:30:00Z`,
    );
  }
  return new Date(milliseconds).toISOString().replace("Z", "000");
}

function absolute(text: string): number {
  const parts = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)(Z|[+-]\d{2}:\d{2})?)?$/.exec(text);
  if (!parts) return Number.NaN;
  const [, day, time = "00:00", zone = "Z"] = parts;
  return Date.parse(`${day}T${time}${zone}`);
}
