import { defineConfig } from "vitest/config";

/** Whole calculations against other codes and timing-free long checks: minutes, run by `.ci/run`. */
export default defineConfig({
  test: {
    include: ["test/**/*.slow.test.ts"],
    testTimeout: 900_000,
    hookTimeout: 900_000,
    pool: "forks",
    maxWorkers: 2,
    reporters: ["default", "./test/skipped-reporter.ts"],
  },
});
