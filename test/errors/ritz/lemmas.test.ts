import { expect, test } from "vitest";
import { trialPanel } from "../../../src/errors/apply/trial-panel.ts";
import { hermitianEigenpairs } from "../../../src/errors/propose/dense-eigenpairs.ts";
import { intervalMatrix } from "../../../src/errors/ritz/complex-intervals.ts";
import { lehmannBounds } from "../../../src/errors/ritz/lehmann-bounds.ts";
import { trialForms } from "../../../src/errors/ritz/trial-forms.ts";
import { interval } from "../../../src/interval/interval.ts";
import { exact } from "../../../src/interval/sides.ts";
import { wasmKernelsSync } from "../../../src/kernels/wasm/wasm.ts";

const kernels = wasmKernelsSync();
const lowest = (n: number, entry: (i: number, j: number) => readonly [re: number, im: number]): number => {
  const a = new Float64Array(2 * n * n);
  for (let j = 0; j < n; j++) for (let i = 0; i < n; i++) a.set(entry(i, j), 2 * (i + n * j));
  return hermitianEigenpairs(kernels, n, a).values[0]!;
};

// Seen red: m left out, tails of another column.
test("Theorem 2: m diag(t²) holds residuals outside the set that all point the same way", () => {
  const m = 4;
  const tails = [1, 1, 1, 1].map(exact);
  const applied = { values: new Float64Array(2 * m), errors: tails.map(() => exact(0)), tails };
  const u = trialPanel(1, m, new Float64Array(2 * m));
  const { residual } = trialForms(u, 1, [0, 0, 0, 0], applied);
  const least = lowest(m, (i, j) => [residual.re[i]![j]!.hi - 1, 0]); // R_T* R_T has ones everywhere
  expect(least).toBeGreaterThan(-1e-14);
  expect(least).toBeLessThan(1e-12);
  expect(intervalMatrix(1, () => ({ re: interval(0), im: interval(0) })).n).toBe(1);
});

// Seen red: A₁ < 0 not asked for.
test("Theorem 2: a trial value above ρ gives no bound, which would be a false one", () => {
  const m = 2;
  const values = Float64Array.from([-1, 0, 0, 0, 0.1, 0, 0, 0, 0.5, 0, 0.1, 0]); // H u on three waves
  const u = trialPanel(2, m, Float64Array.from([1, 0, 0, 0, 0, 0, 1, 0]));
  const applied = { values, errors: [exact(0), exact(0)], tails: [exact(0), exact(0)] };
  const forms = trialForms(u, 3, [-1, 0.5], applied);
  expect(lehmannBounds(kernels, forms, exact(2))).toHaveLength(m);
  expect(lehmannBounds(kernels, forms, exact(0.2))).toBeUndefined();
});
