/** Shown only when a person would start to wonder. */
const PATIENCE_MS = 700;

/** A line on the error stream that counts, on a terminal only; gone when the work is done. */
export class Progress {
  private done = 0;
  private shown = false;
  private readonly timer?: NodeJS.Timeout;

  constructor(
    private readonly what: string,
    private readonly total: number,
    private readonly output: NodeJS.WriteStream = process.stderr,
  ) {
    if (output.isTTY) {
      this.timer = setTimeout(() => {
        this.shown = true;
        this.show();
      }, PATIENCE_MS);
    }
  }

  /** Another piece is done. */
  step(): void {
    this.done++;
    if (this.shown) this.show();
  }

  /** Takes the line away. */
  end(): void {
    clearTimeout(this.timer);
    if (this.shown) this.output.write("\r\x1b[K");
    this.shown = false;
  }

  private show(): void {
    this.output.write(`\r\x1b[K${this.what} ${this.done}/${this.total}`);
  }
}
