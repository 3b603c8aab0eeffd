import "../adversary/coarse-rounding.ts";
import { expect, test } from "vitest";
import { random } from "../../../src/common/random.ts";
import { trialPanel } from "../../../src/errors/apply/trial-panel.ts";
import { trialForms } from "../../../src/errors/ritz/trial-forms.ts";
import { UNIT_ROUNDOFF as u } from "../../../src/interval/rounding.ts";
import { exact } from "../../../src/interval/sides.ts";
import { inwards, outwards, rounding, single } from "../adversary/inexact.ts";

const coarseForms = (await import("../../../src/errors/ritz/trial-forms.ts?coarse" as string)) as typeof import("../../../src/errors/ritz/trial-forms.ts"); // biome-ignore format: one import
const coarseDot = (await import("../../../src/errors/ritz/accurate-dot.ts?coarse" as string)) as typeof import("../../../src/errors/ritz/accurate-dot.ts"); // biome-ignore format: one import

// Seen red: each summand of either radius left out.
test("residuals as far off as declared: Z and K hold the true ones", () => {
  const rows = 2;
  const U = trialPanel(rows, 2, Float64Array.from([1, 0, 0, 0, 1, 0, 0, 0])); // u₁ = u₂ = e₁
  const forms = (residuals: readonly [number, number], errors: readonly [number, number]) =>
    trialForms(U, rows, [0, 0], {
      values: Float64Array.from([residuals[0], 0, 0, 0, residuals[1], 0, 0, 0]),
      errors: errors.map(exact),
      tails: [exact(0), exact(0)],
    });
  for (const [residuals, errors] of [
    [
      [1, 1],
      [0.5, 0],
    ],
    [
      [1, 1],
      [0, 0.5],
    ],
    [
      [0, 0],
      [0.5, 0.5],
    ],
  ] as const) {
    const { projected, residual } = forms(residuals, errors);
    const truth = residuals.map((r, j) => r + errors[j]!);
    for (const [i, j] of [
      [0, 1],
      [1, 0],
      [0, 0],
      [1, 1],
    ] as const) {
      // biome-ignore format: pairs
      expect(projected.re[i]![j]!.hi).toBeGreaterThanOrEqual(truth[j]!);
      expect(projected.re[i]![j]!.hi).toBeLessThan(truth[j]! + 20 * u);
      expect(residual.re[i]![j]!.hi).toBeGreaterThanOrEqual(truth[i]! * truth[j]!);
      expect(residual.re[i]![j]!.hi).toBeLessThan(truth[i]! * truth[j]! + 1e-3);
    }
  }
});

/** Numbers near 1 that are no whole numbers: all results of sums and products of them are rounded. */
const uneven = (length: number): Float64Array =>
  Float64Array.from({ length }, (_, i) => 1.01 + 0.37 * ((i * 7) % 5));

// Seen red: the rounding of R left out.
test("residuals that cancel, every operation rounded: Z and K hold the true ones", () => {
  const [x, theta, left] = [1.3, 0.7, 1e-3];
  const U = trialPanel(1, 1, Float64Array.from([x, 0]));
  const applied = { values: Float64Array.from([theta * x + left, 0]), errors: [exact(0)], tails: [exact(0)] };
  const truth = applied.values[0]! - theta * x;
  const { projected, residual } = rounding(outwards, () => coarseForms.trialForms(U, 1, [theta], applied));
  for (const [{ lo, hi }, value] of [
    [projected.re[0]![0]!, x * truth],
    [residual.re[0]![0]!, truth * truth],
  ] as const) {
    expect(lo).toBeLessThanOrEqual(value);
    expect(hi).toBeGreaterThanOrEqual(value);
    expect((hi - lo) / value).toBeLessThan(12 * u * ((theta * x) / left)); // R is off by u θ|x| at least
  }
});

// Seen red: the rounding of Z, of K left out.
test("products of U and R, and of R with itself, whose every operation is rounded", () => {
  const rows = 300;
  const U = trialPanel(rows, 1, uneven(2 * rows));
  const values = uneven(2 * rows).map((x) => 3 * x);
  const applied = { values, errors: [exact(0)], tails: [exact(0)] };
  const [right, wrong] = [(x: number) => x, inwards].map((round) =>
    rounding(round, () => coarseForms.trialForms(U, rows, [0], applied)),
  );
  for (const form of ["projected", "residual"] as const) {
    const middle = (right![form].re[0]![0]!.lo + right![form].re[0]![0]!.hi) / 2;
    const { lo, hi } = wrong![form].re[0]![0]!;
    expect(hi).toBeGreaterThanOrEqual(middle);
    expect((hi - lo) / 2 / (middle - (lo + hi) / 2)).toBeLessThan(10);
  }
});

// Seen red: γ of the errors' sum left out; the errors of products, of sums left out.
test("dot products in an arithmetic of 24 bits hold the exact ones, and use a tenth of what they state", () => {
  const { uniform } = random(8);
  let most = 0;
  for (let trial = 0; trial < 4000; trial++) {
    const n = 2 + (trial % 3);
    const numbers = () => Float64Array.from({ length: n }, () => Math.fround(uniform() - 0.5));
    const [x, y] = [numbers(), numbers()];
    const exactly = x.reduce((sum, v, i) => sum + v * y[i]!, 0); // 53 bits: exact to 1e-16
    const { sum, rest, error } = rounding(single, () => coarseDot.accurateDot(n, x, 0, 1, y, 0, 1));
    const off = Math.abs(sum + rest - exactly);
    expect(off).toBeLessThanOrEqual(error + 1e-16);
    most = Math.max(most, off / error);
  }
  expect(most).toBeGreaterThan(0.1);
});

// Seen red: the roundings of joining two dot products left out, or one of two, or the errors of one product.
test("S: two sums join the errors of two dot products, of which nothing but the errors is left", () => {
  // the product of 4097/2 with itself is 2²² + 2¹¹ and 1/4, which the other takes off but for the 1/4
  const [x, y] = [Float64Array.of(4097 / 2, 1), Float64Array.of(4097 / 2, -(2 ** 22 + 2 ** 11))];
  for (const way of [outwards, inwards])
    for (const [a, b] of [
      [x, y],
      [x.toReversed(), y.toReversed()],
    ] as const) {
      const round = (value: number, operator: string) =>
        operator === "*" ? Math.fround(value) : way(value, operator);
      const { re } = rounding(round, () => coarseDot.accurateOverlap(1, a, 0, b, 0));
      expect(re.lo).toBeLessThanOrEqual(0.25);
      expect(re.hi).toBeGreaterThanOrEqual(0.25);
      expect(re.hi - re.lo).toBeLessThan(0.25 * 20 * u);
    }
});
