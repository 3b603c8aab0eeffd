import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { builtWorkers } from "./test/built.ts";
import { coarseArithmetic } from "./test/errors/adversary/coarse-arithmetic.ts";

/** The tests that put a module of their own in another's place: the next file must not see it. */
const replacing = readdirSync("test", { recursive: true, encoding: "utf8" })
  .map((file) => join("test", file))
  .filter((file) => file.endsWith(".test.ts") && /vi\.mock|\/adversary\//.test(readFileSync(file, "utf8")));

const slow = ["test/**/*.slow.test.ts"];

/**
 * The unit suite: everything except `*.slow.test.ts`, to be two minutes on two cores. No module of ours holds state, so that
 * files share what they import, compiled and warm; those of `replacing` start in a process each.
 */
export default defineConfig({
  plugins: [coarseArithmetic, builtWorkers],
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks",
    maxWorkers: 2,
    reporters: ["default", "./test/skipped-reporter.ts"],
    projects: [
      {
        extends: true,
        test: {
          name: "shared",
          isolate: false,
          include: ["test/**/*.test.ts"],
          exclude: [...slow, ...replacing],
        },
      },
      { extends: true, test: { name: "alone", include: replacing, exclude: slow } },
    ],
  },
});
