import type { LogRecord } from "./record";

/** How long a time is remembered: lines come in the order of time, but for those that follow what was read so far. */
const REMEMBERED = 50_000;

/** What was heard of one line: the same words of the same process at the same microsecond. */
interface Heard {
  /** run of the relay -> numbers under which it sent them */
  readonly runs: Map<string, Set<string>>;
  shown: number;
}

/**
 * Tells a line that was sent twice from one that was said twice. RELP sends again what was not acknowledged, under the same
 * number; a relay that was killed reads a part of the journal again, under other numbers of another run. So a line was said
 * as often as the run that has it most often says.
 */
export class Repeats {
  private readonly heard = new Map<string, Heard>();

  /** Was it shown before? */
  isRepeat(record: LogRecord): boolean {
    const { time, host, boot, unit, identifier, pid, message, run, n } = record;
    const key = JSON.stringify([time, host, boot, unit, identifier, pid, message]);
    const heard = this.heard.get(key) ?? { runs: new Map(), shown: 0 };
    this.heard.set(key, heard);
    if (this.heard.size > REMEMBERED) this.forgetOldest();
    const numbers = heard.runs.get(run) ?? new Set();
    heard.runs.set(run, numbers.add(n));
    if (numbers.size <= heard.shown) return true;
    heard.shown = numbers.size;
    return false;
  }

  private forgetOldest(): void {
    const [oldest] = this.heard.keys();
    if (oldest !== undefined) this.heard.delete(oldest);
  }
}
