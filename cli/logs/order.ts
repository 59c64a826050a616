import type { LogRecord } from "./record";

/**
 * Puts lines of one microsecond into the order in which their node said them: they come sorted by time, and those of one
 * time by whatever follows it.
 */
export class Order {
  private waiting: LogRecord[] = [];

  /** @returns the lines that are now known to be all of their time */
  add(record: LogRecord): LogRecord[] {
    const done = this.waiting[0] !== undefined && this.waiting[0].time !== record.time ? this.flush() : [];
    this.waiting.push(record);
    return done;
  }

  flush(): LogRecord[] {
    const done = this.waiting.sort(
      (a, b) => compare(a.host, b.host) || compare(a.run, b.run) || a.n.length - b.n.length || compare(a.n, b.n),
    );
    this.waiting = [];
    return done;
  }
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
