import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { MUTATIONS } from "../../scripts/mutations/table.ts";

// Seen red: a formula changed beside its row, a test renamed.
test("every row of the table of mutations names text that stands once in its file, and tests that exist", () => {
  for (const { file, from, to, tests } of MUTATIONS) {
    expect(readFileSync(`src/${file}`, "utf8").split(from), `${file}: ${from}`).toHaveLength(2);
    expect(to).not.toBe(from);
    expect(tests.length).toBeGreaterThan(0);
    for (const name of tests) expect(existsSync(`test/errors/${name}.test.ts`), name).toBe(true);
  }
  const rows = new Set(MUTATIONS.map(({ file, from, to }) => [file, from, to].join("\n")));
  expect(rows.size).toBe(MUTATIONS.length);
});
