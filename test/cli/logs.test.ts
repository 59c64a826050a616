import { Order } from "../../cli/logs/order";
import { type LogRecord, parseRecord } from "../../cli/logs/record";
import { Repeats } from "../../cli/logs/repeats";
import { collectorNode, selectService } from "../../cli/logs/selection";
import { recordText } from "../../cli/logs/text";
import { timeOf } from "../../cli/logs/times";
import { cluster } from "./node";

const said = (more: Partial<LogRecord> = {}): LogRecord => ({
  time: "2026-11-24T18:30:00.000001+00:00",
  host: "core-1",
  service: "web",
  unit: "web.service",
  identifier: "web",
  pid: "7",
  priority: 6,
  message: "hello",
  boot: "b",
  run: "r1",
  n: "1",
  ...more,
});

describe("a line", () => {
  test("is read as the collector files it", () => {
    expect(parseRecord(JSON.stringify({ ...said(), priority: "3" }))).toEqual(said({ priority: 3 }));
  });

  test.each(["", "{", "[]", '{"time":"x"}', '{"time":7,"host":"core-1"}'])("%j is none", (line) =>
    expect(parseRecord(line)).toBeUndefined(),
  );

  test("has defaults for what a sender left out or made up", () => {
    expect(parseRecord('{"time":"t","host":"h","priority":"9","pid":{}}')).toMatchObject({ priority: 6, pid: "", message: "" });
  });

  test("steers no terminal, and looks like one line only", () => {
    const text = recordText(
      said({ identifier: "a\u001b[2J\nb", message: "x\u001b]0;t\u0007\r\u202e\n2026-11-24T18:30:00Z core-2 web: forged" }),
    );
    expect(text).toBe(
      "2026-11-24T18:30:00.000001Z core-1 a\\x1b[2J b[7]: x\\x1b]0;t\\x07\\x0d\\u202e\n    2026-11-24T18:30:00Z core-2 web: forged",
    );
  });
});

describe("a line that comes again", () => {
  const shown = (...records: LogRecord[]) => {
    const repeats = new Repeats();
    return records.filter((record) => !repeats.isRepeat(record)).map(({ run, n }) => `${run} ${n}`);
  };

  test("under the same number was sent twice", () => expect(shown(said(), said(), said())).toEqual(["r1 1"]));

  test("under another number was said twice", () => expect(shown(said(), said({ n: "2" }))).toEqual(["r1 1", "r1 2"]));

  test("from another run of the relay was read from the journal twice", () => {
    expect(shown(said(), said({ n: "2" }), said({ run: "r2" }), said({ run: "r2", n: "2" }))).toEqual(["r1 1", "r1 2"]);
  });

  test("from another run is shown where the first one had lost it", () => {
    expect(shown(said(), said({ run: "r2" }), said({ run: "r2", n: "2" }))).toEqual(["r1 1", "r2 2"]);
  });

  test.each<Partial<LogRecord>>([{ host: "core-2" }, { time: "2026-11-24T18:30:00.000002+00:00" }, { message: "other" }, { pid: "8" }])(
    "is another one with %j",
    (more) => expect(shown(said(), said(more))).toHaveLength(2),
  );
});

test("lines of one microsecond stand in the order of their node", () => {
  const order = new Order();
  const numbers = ["10", "9", "11"].flatMap((n) => order.add(said({ n })));
  expect(numbers).toEqual([]);
  expect(order.add(said({ time: "2026-11-24T18:30:00.000002+00:00", n: "12" })).map(({ n }) => n)).toEqual(["9", "10", "11"]);
  expect(order.flush().map(({ n }) => n)).toEqual(["12"]);
});

describe("a time", () => {
  const now = new Date("2026-11-24T18:30:00.500Z");

  test.each([
    ["90s", "2026-11-24T18:28:30.500000"],
    ["1h", "2026-11-24T17:30:00.500000"],
    ["2d", "2026-11-22T18:30:00.500000"],
    ["now", "2026-11-24T18:30:00.500000"],
    ["2026-11-20", "2026-11-20T00:00:00.000000"],
    ["2026-11-20 08:15", "2026-11-20T08:15:00.000000"],
    ["2026-11-20T08:15:30+02:00", "2026-11-20T06:15:30.000000"],
  ])("%s", (text, time) => expect(timeOf(text, "--since", now)).toBe(time));

  test.each(["", "1", "h", "yesterday", "2026-13-01", "1h'; id"])("%j is none", (text) =>
    expect(() => timeOf(text, "--since", now)).toThrow(`--since ${JSON.stringify(text)} is no time; write 15m`),
  );
});

describe("which lines are a service's", () => {
  const { cluster: model, placement } = cluster();

  test("those filed under its name", () => {
    const selection = selectService(model, "web");
    expect(selection.files).toEqual(["web"]);
    expect([selection.has(said()), selection.has(said({ service: "api", unit: "api.service" }))]).toEqual([true, false]);
  });

  test("system is everything else", () => expect(selectService(model, "system").files).toEqual(["system"]));

  test("an unknown one gets a hint", () => {
    expect(() => selectService(model, "webb")).toThrow('no service is named webb; did you mean "web"?');
  });

  test("they lie on the collector's node", () => {
    expect(collectorNode(model, placement).name).toBe("core-1");
    expect(() => collectorNode(model, { ...placement, hosts: {} })).toThrow("no log collector is placed");
  });
});
