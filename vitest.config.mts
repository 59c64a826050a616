import { defineConfig } from "vitest/config";
import LongestFirst from "./test/lab/longest-first.mts";

/** Each file on machines has a lab of its own; several of them share this machine well, since a lab mostly waits. */
export default defineConfig({
  test: {
    globals: true,
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: "unit", setupFiles: ["test/support/fixed-seed.ts"], include: ["test/**/*.test.ts"], exclude: ["test/lab/**"], testTimeout: 60_000 } },
      {
        extends: true,
        test: {
          name: "lab",
          include: ["test/lab/**/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
