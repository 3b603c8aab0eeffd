import { defineConfig } from "vitest/config";
import { coarseArithmetic } from "./test/errors/adversary/coarse-arithmetic.ts";

/** The unit suite: everything except `*.slow.test.ts`, under two minutes on two cores. */
export default defineConfig({
  plugins: [coarseArithmetic],
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/**/*.slow.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks",
    maxWorkers: 2,
    reporters: ["default", "./test/skipped-reporter.ts"],
  },
});
