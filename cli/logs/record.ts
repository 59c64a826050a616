/** One line of a log, as the collector filed it. */
export interface LogRecord {
  /** When it was said, by the clock of its node: RFC 3339 in UTC, with microseconds. */
  readonly time: string;
  readonly host: string;
  readonly service: string;
  /** Empty for what belongs to no unit. */
  readonly unit: string;
  readonly identifier: string;
  readonly pid: string;
  /** 0 (emergency) to 7 (debug). */
  readonly priority: number;
  readonly message: string;
  readonly boot: string;
  /** Of the relay: between two starts of it. */
  readonly run: string;
  /** The how many-th line of this run. */
  readonly n: string;
}

/** @returns nothing for a line that is none of the collector's, e.g. one that a full disk cut off */
export function parseRecord(line: string): LogRecord | undefined {
  let parsed: Record<string, unknown>;
  try {
    parsed = JSON.parse(line);
  } catch {
    return undefined;
  }
  const text = (key: string) => (typeof parsed[key] === "string" ? (parsed[key] as string) : "");
  if (text("time") === "" || text("host") === "") return undefined;
  const priority = Number(text("priority"));
  return {
    time: text("time"),
    host: text("host"),
    service: text("service"),
    unit: text("unit"),
    identifier: text("identifier"),
    pid: text("pid"),
    priority: Number.isInteger(priority) && priority >= 0 && priority <= 7 ? priority : 6,
    message: text("message"),
    boot: text("boot"),
    run: text("run"),
    n: text("n"),
  };
}
