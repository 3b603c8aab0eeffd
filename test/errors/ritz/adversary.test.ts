import "../adversary/coarse-rounding.ts";
import { expect, test } from "vitest";
import { trialPanel } from "../../../src/errors/apply/trial-panel.ts";
import { trialForms } from "../../../src/errors/ritz/trial-forms.ts";
import { UNIT_ROUNDOFF as u } from "../../../src/interval/rounding.ts";
import { exact } from "../../../src/interval/sides.ts";

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
