import { expect, test } from "vitest";
import { STEP_PARTS, stopwatch } from "../../src/scf/stopwatch.ts";
import { ALUMINIUM, finish } from "../systems.ts";

test("time counts for the part that ends, and what is done twice adds up", () => {
  let clock = 5000;
  const watch = stopwatch(() => clock);
  for (const [part, milliseconds] of [
    ["potential", 250],
    ["diagonalise", 1000],
    ["potential", 500],
  ] as const) {
    clock += milliseconds;
    watch.lap(part);
  }
  expect(watch.seconds).toEqual({ potential: 0.75, diagonalise: 1, density: 0, mixing: 0 });
});

test("the parts of a step are its whole time", async () => {
  const { steps } = await finish(ALUMINIUM);
  expect(steps.length).toBeGreaterThan(3);
  for (const { row } of steps) {
    const sum = STEP_PARTS.reduce((total, part) => total + row.parts![part], 0);
    expect(sum).toBeLessThanOrEqual(row.seconds);
    expect(sum).toBeGreaterThan(0.9 * row.seconds); // the rest is between two looks at the clock
    expect(row.parts!.diagonalise).toBeGreaterThan(0);
  }
});
