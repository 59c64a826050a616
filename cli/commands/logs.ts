import { readFileSync } from "node:fs";
import { join } from "node:path";
import { configDirectory, load } from "../../edge/load";
import { UserError } from "../../edge/user-error";
import { Order } from "../logs/order";
import { type LogRecord, parseRecord } from "../logs/record";
import { Repeats } from "../logs/repeats";
import { collectorNode, selectService } from "../logs/selection";
import { streamScript } from "../logs/stream";
import { recordText } from "../logs/text";
import { timeOf } from "../logs/times";
import { selectNodes } from "../nodes";
import type { GlobalOptions } from "../program";
import { explainFailure } from "../remote";
import { sshTarget } from "../ssh";
import { requireTrust } from "../trusted";

export interface LogsOptions extends GlobalOptions {
  readonly follow?: boolean;
  readonly since?: string;
  readonly until?: string;
  readonly node?: string[];
  readonly grep?: string;
  readonly json?: boolean;
}

/** What a line's clock may be ahead of the collector's: a line is never filed on a day long before it was said. */
const AHEAD_MILLISECONDS = 3_600_000;

/** `minicluster logs`: lines of a service from all its nodes, in the order of time, each of them once. */
export async function logs(name: string, options: LogsOptions): Promise<void> {
  const { model, placement } = load(configDirectory(options.config));
  const selection = selectService(model, name);
  const nodes = options.node === undefined ? [] : selectNodes(model, options.node).map((node) => node.name);
  const pattern = options.grep === undefined ? undefined : regularExpression(options.grep);
  const now = new Date();
  const since = options.since === undefined ? "" : timeOf(options.since, "--since", now);
  const until = options.until === undefined ? "" : timeOf(options.until, "--until", now);
  if (options.follow && until !== "") throw new UserError("--follow goes on until you end it; leave out --until");
  const collector = collectorNode(model, placement);
  const target = sshTarget(model, collector);
  requireTrust(target);

  const repeats = new Repeats();
  const order = new Order();
  const show = (record: LogRecord) => {
    if (!selection.has(record) || repeats.isRepeat(record) || pattern?.test(record.message) === false) return;
    console.log(options.json ? JSON.stringify(record) : recordText(record));
  };
  const onLine = (line: string) => {
    // An empty line is a second's end while following.
    const record = line === "" ? undefined : parseRecord(line);
    for (const each of record === undefined ? (line === "" ? order.flush() : []) : order.add(record)) show(each);
  };
  const script = readingScript({
    services: selection.files.join(" "),
    nodes: nodes.join(" "),
    first: since === "" ? "" : new Date(Date.parse(`${since.slice(0, 23)}Z`) - AHEAD_MILLISECONDS).toISOString().slice(0, 10),
    since,
    until,
    follow: options.follow ? "yes" : "no",
  });
  const { status, stderr } = await streamScript(target, script, onLine);
  for (const each of order.flush()) show(each);
  if (status !== 0) throw new UserError(`the log collector on ${collector.name}: ${explainFailure(target, status, stderr)}`);
}

/** None of the values holds a quote: names and times only. */
function readingScript(variables: Readonly<Record<string, string>>): string {
  const lines = Object.entries(variables).map(([name, value]) => `${name}='${value}'`);
  return [...lines, readFileSync(join(__dirname, "../logs/read.sh"), "utf8")].join("\n");
}

function regularExpression(text: string): RegExp {
  try {
    return new RegExp(text, "u");
  } catch (error) {
    throw new UserError(`--grep ${JSON.stringify(text)}: ${(error as Error).message.replace(/^.*: /, "")}`);
  }
}
