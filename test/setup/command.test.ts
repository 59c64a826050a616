import { lastLines, runCommand } from "../../setup/command";

describe("a command", () => {
  test("gives its status and output, stdout apart too", async () => {
    const result = await runCommand("sh", ["-c", "echo out; sleep 0.1; echo err >&2; exit 3"]);
    expect(result).toEqual({ status: 3, stdout: "out\n", output: "out\nerr\n" });
  });

  test("that does not exist has status 127", async () => {
    expect((await runCommand("no-such-program", [])).status).toBe(127);
  });

  test("runs without a variable that is set to undefined", async () => {
    const result = await runCommand("sh", ["-c", "echo ${HOME-unset} $ADDED"], {
      environment: { HOME: undefined, ADDED: "yes" },
    });
    expect(result.stdout).toBe("unset yes\n");
  });

  test("ends at its time limit, with what it has started", async () => {
    // The child keeps the pipe open: only its death too lets the command end before 5 s.
    const started = Date.now();
    const result = await runCommand("sh", ["-c", "sleep 5 & wait"], { timeoutSeconds: 0.2 });
    expect(result.status).toBe(124);
    expect(Date.now() - started).toBeLessThan(3000);
  });

  test("gets more time when its output says so", async () => {
    const result = await runCommand("sh", ["-c", "echo working; sleep 0.6; echo done"], {
      timeoutSeconds: 0.4,
      onOutput: (output) => (output.endsWith("working\n") ? 5 : undefined),
    });
    expect(result).toMatchObject({ status: 0, stdout: "working\ndone\n" });
  });
});

test("the last lines skip empty ones", () => {
  expect(lastLines("a\nb\n\n  \nc\n", 2)).toBe("b\nc");
});
