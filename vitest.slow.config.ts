import { defineConfig } from "vitest/config";
import { builtWorkers } from "./test/built.ts";

/** Whole calculations against other codes and timing-free long checks: minutes, run by `.ci/run`. */
export default defineConfig({
  plugins: [builtWorkers],
  test: {
    include: ["test/**/*.slow.test.ts"],
    testTimeout: 1_800_000,
    hookTimeout: 1_800_000,
    pool: "forks",
    maxWorkers: 2,
    reporters: ["default", "./test/skipped-reporter.ts"],
  },
});
