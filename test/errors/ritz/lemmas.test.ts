import { expect, test } from "vitest";
import { random } from "../../../src/common/random.ts";
import { trialPanel } from "../../../src/errors/apply/trial-panel.ts";
import { hermitianEigenpairs } from "../../../src/errors/propose/dense-eigenpairs.ts";
import { intervalMatrix } from "../../../src/errors/ritz/complex-intervals.ts";
import { lehmannBounds } from "../../../src/errors/ritz/lehmann-bounds.ts";
import { lehmannValue, trialForms } from "../../../src/errors/ritz/trial-forms.ts";
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

// Seen red: the trial value of band 2 in place of its lower bound, which is below the eigenvalue 1.
test("Theorem 2 once more: ρ of fewer vectors is a proved bound, for a trial value above its eigenvalue gives a false one", () => {
  const [a, b] = [0.3, 0.3];
  const [s, c] = [Math.sin(a), Math.cos(a)];
  const first = [c, s, 0]; // H = diag(0, 1, 2.5)
  const second = [-s * Math.cos(b), c * Math.cos(b), Math.sin(b)];
  const columns = (h: readonly number[]) =>
    Float64Array.from([first, second].flatMap((u) => u.flatMap((x, i) => [h[i]! * x, 0])));
  const theta = [s * s, (c * Math.cos(b)) ** 2 + 2.5 * Math.sin(b) ** 2];
  expect(theta[1]).toBeGreaterThan(1.05);
  const errors = [exact(1e-15), exact(1e-15)];
  const applied = { values: columns([0, 1, 2.5]), errors, tails: [exact(0), exact(0)] };
  const forms = trialForms(trialPanel(3, 2, columns([1, 1, 1])), 3, theta, applied);
  const [one, two] = lehmannBounds(kernels, forms, exact(2.5))!;
  expect(one!.vectors).toBe(1);
  expect(one!.lower).toBeLessThanOrEqual(0);
  expect(one!.lower).toBeGreaterThan(-0.1);
  expect(two!.lower).toBeLessThanOrEqual(1);
});

// Seen red: rounded to nearest.
test("Theorem 2: its value ρ + 1/κ is rounded down", () => {
  const { uniform } = random(5);
  const whole = (x: number) => BigInt(x * 2 ** 90);
  for (let trial = 0; trial < 300; trial++) {
    const [rho, kappa] = [0.5 + uniform(), -0.5 - uniform()];
    const value = lehmannValue(exact(rho), exact(kappa));
    // value ≤ ρ + 1/κ
    expect((whole(value) - whole(rho)) * whole(kappa) >= 2n ** 180n).toBe(true);
    expect(value).toBeGreaterThan(rho + 1 / kappa - 1e-15);
  }
});
