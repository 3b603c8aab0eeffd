import { expect, test } from "vitest";
import { random } from "../../src/common/random.ts";
import { accurateDot } from "../../src/errors/ritz/accurate-dot.ts";
import { dotReal, sumReal } from "../../src/kernels/fields.ts";

test.each([0, 1, 255, 256, 257, 1000, 300_000])("%i terms are summed to the last digits", (length) => {
  const { uniform } = random(length);
  const [f, g] = [0, 1].map(() => Float64Array.from({ length }, () => 0.5 + uniform())) as [
    Float64Array,
    Float64Array,
  ];
  const exact = (y: Float64Array, step: 0 | 1) => {
    const { sum, rest } = accurateDot(length, f, 0, 1, y, 0, step);
    return sum + rest;
  };
  const [dot, sum] = [exact(g, 1), exact(Float64Array.of(1), 0)];
  // Half of the 53 bits' last place each time two halves meet, and some in the blocks.
  expect(Math.abs(dotReal(f, g) - dot)).toBeLessThanOrEqual(1e-15 * dot);
  expect(Math.abs(sumReal(f) - sum)).toBeLessThanOrEqual(1e-15 * sum);
});
