/**
 * Does a long piece of work under a label and says how long it took. On a terminal the seconds count up
 * in place; elsewhere (CI, a file) there is one line at the start and one at the end.
 */
export async function step<T>(label: string, work: () => Promise<T>, output: NodeJS.WriteStream = process.stdout): Promise<T> {
  const started = Date.now();
  const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
  const show = () => output.write(`\r\x1b[K${label} ... ${seconds()}`);
  const ticker = output.isTTY ? setInterval(show, 1000) : undefined;
  if (output.isTTY) show();
  else output.write(`${label} ...\n`);
  const end = (line: string) => {
    clearInterval(ticker);
    output.write(`${output.isTTY ? "\r\x1b[K" : ""}${line}\n`);
  };
  try {
    const result = await work();
    end(`${label}: ${seconds()}`);
    return result;
  } catch (error) {
    end(`${label}: failed after ${seconds()}`);
    throw error;
  }
}
