import { expect, test } from "vitest";
import { residualAbove } from "../../../src/errors/published/published-bars.ts";
import { exact } from "../../../src/interval/sides.ts";

// Seen red: each of the four parts left out, the length of u left out.
test("a residual of all that it may be: inside, its error, its rounding, outside, for a vector of any length", () => {
  const u = { rows: 1, columns: 1, data: Float64Array.from([0.5, 0]) };
  const of = (value: number, theta: number, error: number, tail: number) =>
    residualAbove(
      { values: Float64Array.from([value, 0]), errors: [exact(error)], tails: [exact(tail)] },
      u,
      1,
      theta,
      0,
    );
  for (const [stated, truth] of [
    [of(1, 0, 0.3, 0.2), (1 + 0.3 + 0.2) / 0.5],
    [of(1, 0, 0.3, 0), 1.3 / 0.5],
    [of(1, 0, 0, 0.2), 1.2 / 0.5],
  ] as const) {
    expect(stated).toBeGreaterThanOrEqual(truth);
    expect(stated).toBeLessThan(truth * (1 + 1e-14));
  }
  // 0.7 is θu up to one rounding of each of a large θ and its product
  const rounding = of(0.7 / 3, 1.4 / 3, 0, 0);
  expect(rounding).toBeGreaterThanOrEqual(2 ** -53 * 2 * (0.7 / 3) * 0.99);
  expect(rounding).toBeLessThan(1e-14);
});
