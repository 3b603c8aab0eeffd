import { div, type Interval, interval } from "../../interval/interval.ts";
import { norm2Above } from "../../interval/norms.ts";
import { above, below } from "../../interval/rounding.ts";
import { type Above, exact, minAbove, productAbove, sumAbove } from "../../interval/sides.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import {
  adjoint,
  distanceFromDiagonal,
  exactMatrix,
  type IntervalMatrix,
  midpoints,
  product,
  sandwichNorm,
  split,
} from "./complex-intervals.ts";

/** Enclosures of all eigenvalues of A x = κ B x, ascending, and the approximations inside them. */
export interface PencilEigenvalues {
  readonly enclosures: readonly Interval[];
  readonly approximate: readonly number[];
}

/**
 * For every Hermitian pair in the enclosures, B positive definite (docs/bounds.md, Lemma 6). With
 * any matrix X of doubles, ‖XᴴAX − diag(κ̃)‖ ≤ e and ‖XᴴBX − 1‖ ≤ s < 1, the quotients of forms
 * give
 *
 *   min((κ̃ᵢ−e)/(1−s), (κ̃ᵢ−e)/(1+s)) ≤ κᵢ ≤ max((κ̃ᵢ+e)/(1−s), (κ̃ᵢ+e)/(1+s))     for κ̃ sorted.
 *
 * Radii enter by ‖X‖²‖A − mid A‖_F or by |X|ᵀ|A − mid A||X|, whichever is less. X is the
 * floating-point solution; if it is bad, e or s is large. Undefined if s ≥ 1, or no X is found.
 */
export function enclosePencil(
  kernels: Kernels,
  a: IntervalMatrix,
  b: IntervalMatrix,
): PencilEigenvalues | undefined {
  const { n } = a;
  const solution = approximateSolution(kernels, n, midpoints(a), midpoints(b));
  if (solution === undefined || !isAscending(solution.values)) return undefined;
  const x = exactMatrix(n, solution.vectors);
  const xh = adjoint(x);
  const ones = new Array<number>(n).fill(1);
  const norm2 = sumAbove(exact(1), distanceFromDiagonal(product(xh, x), ones)); // ‖X‖²
  const distance = (m: IntervalMatrix, d: readonly number[]): Above => {
    const { middle, radii } = split(m);
    const spread = minAbove(productAbove(norm2, norm2Above(radii.flat())), sandwichNorm(x, radii));
    return sumAbove(distanceFromDiagonal(product(xh, product(middle, x)), d), spread);
  };
  const e = distance(a, solution.values);
  const s = distance(b, ones);
  if (!(s < 1) || !(e < Infinity)) return undefined;
  const divisors = [interval(below(1 - s), above(1 - s)), interval(below(1 + s), above(1 + s))];
  return {
    enclosures: solution.values.map((kappa) => {
      const [low, high] = [interval(below(kappa - e)), interval(above(kappa + e))];
      return {
        lo: Math.min(...divisors.map((d) => div(low, d).lo)),
        hi: Math.max(...divisors.map((d) => div(high, d).hi)),
      };
    }),
    approximate: solution.values,
  };
}

/** Lemma 6 pairs the i-th of these with the i-th eigenvalue; NaN is in no order. */
const isAscending = (values: readonly number[]): boolean =>
  values.every((value, i) => i === 0 || values[i - 1]! <= value);

/** Floating-point eigenvalues, ascending, and B-orthonormal vectors; undefined for bad B. */
export function approximateSolution(
  kernels: Kernels,
  n: number,
  a: Float64Array,
  b: Float64Array,
): { readonly values: number[]; readonly vectors: Float64Array } | undefined {
  if (!a.every(Number.isFinite) || !b.every(Number.isFinite)) return undefined;
  return kernels.scratch((take) => {
    const [matrix, metric, vectors, values] = [take(2 * n * n), take(2 * n * n), take(2 * n * n), take(n)];
    metric.set(b);
    if (!kernels.cholesky(n, metric, n)) return undefined;
    matrix.set(a);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < i; j++) {
        matrix[2 * (i + n * j)] = matrix[2 * (j + n * i)]!; // Hermitian by its upper triangle
        matrix[2 * (i + n * j) + 1] = -matrix[2 * (j + n * i) + 1]!;
      }
    kernels.solveTriangularLeft(n, n, metric, n, true, matrix, n);
    kernels.solveTriangularRight(n, n, metric, n, matrix, n);
    kernels.eigh(n, matrix, n, values, vectors, n);
    kernels.solveTriangularLeft(n, n, metric, n, false, vectors, n);
    return { values: Array.from(values), vectors: Float64Array.from(vectors) };
  });
}
