import { expect, test } from "vitest";
import { cholesky, solveCholesky } from "../../src/solvers/cholesky.ts";
import { closeArrays, notTiny } from "../close.ts";

/** M Mᵀ + 1 of a matrix of sines, row by row. */
function positive(n: number): Float64Array {
  const m = Float64Array.from({ length: n * n }, (_, i) => Math.sin(1.7 * i + 0.3));
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = i === j ? 1 : 0;
    for (let k = 0; k < n; k++) sum += m[i * n + k]! * m[j * n + k]!;
    return sum;
  });
}

test("Cholesky's factor solves the system whose lower triangle it was made from", () => {
  for (const n of [1, 2, 7, 30]) {
    const a = positive(n);
    const x = Float64Array.from({ length: n }, (_, i) => 1 + Math.cos(i));
    const b = x.map((_, i) => x.reduce((sum, xj, j) => sum + a[i * n + j]! * xj, 0));
    const l = a.map((value, at) => (at % n > Math.floor(at / n) ? Number.NaN : value));
    expect(cholesky(n, l)).toBe(true);
    solveCholesky(n, l, b);
    notTiny(b, 0.1);
    closeArrays(b, x, 1e-11); // condition below 1e3 of a matrix near the unit
  }
});

test("a matrix that is not positive definite is refused", () => {
  const a = positive(5);
  a[4 * 5 + 4]! -= 30;
  expect(cholesky(5, a)).toBe(false);
  expect(cholesky(1, Float64Array.of(Number.NaN))).toBe(false);
});
