import { PassThrough } from "node:stream";
import { step } from "../../setup/progress";

/** A stream that keeps what is written; a terminal or not. */
function stream(isTTY: boolean): { output: NodeJS.WriteStream; written: () => string } {
  const through = new PassThrough();
  const output = Object.assign(through, { isTTY }) as unknown as NodeJS.WriteStream;
  return { output, written: () => String(through.read() ?? "") };
}

describe("a step", () => {
  test("has a line at its start and one at its end where nobody watches", async () => {
    const { output, written } = stream(false);
    expect(await step("build etcd", async () => "result", output)).toBe("result");
    expect(written()).toBe("build etcd ...\nbuild etcd: 0 s\n");
  });

  test("ends on one line on a terminal", async () => {
    const { output, written } = stream(true);
    await step("build etcd", async () => undefined, output);
    expect(written()).toBe("\r\x1b[Kbuild etcd ... 0 s\r\x1b[Kbuild etcd: 0 s\n");
  });

  test("that fails says so and passes the reason on", async () => {
    const { output, written } = stream(false);
    const failing = step("build etcd", () => Promise.reject(new Error("no Go")), output);
    await expect(failing).rejects.toThrow("no Go");
    expect(written()).toContain("build etcd: failed after 0 s\n");
  });
});
