import type { Arithmetic } from "../../src/kernels/kernels.ts";
import type { HermitianOperator, LobpcgOptions, LobpcgResult } from "../../src/solvers/lobpcg.ts";

/** An eigensolver as a candidate: the m vectors x become Ritz vectors, with the contract of `lobpcg`. */
export type Eigensolver = (
  kernels: Arithmetic,
  operator: HermitianOperator,
  x: Float64Array,
  m: number,
  options: LobpcgOptions,
) => LobpcgResult;

/** Panels of n rows, and products with them, in words. */
export function panelsOf(kernels: Arithmetic, n: number) {
  const { width } = kernels;
  const columns = (panel: Float64Array, first: number, count: number) =>
    panel.subarray(width * n * first, width * n * (first + count));
  return {
    columns,
    panel: (count: number) => kernels.alloc(width * n * count),
    square: (count: number) => kernels.alloc(width * count * count),
    /** out ← A c for a panel A of `inner` columns and coefficients c of leading dimension `ld`. */
    rotate(out: Float64Array, a: Float64Array, inner: number, c: Float64Array, count: number, ld = inner) {
      kernels.gemm("N", "N", n, count, inner, 1, a, n, c, ld, 0, out, n);
    },
    /** a ← a − q (qᴴ a). */
    project(a: Float64Array, count: number, q: Float64Array, nQ: number, coefficients: Float64Array) {
      kernels.gemm("C", "N", nQ, count, n, 1, q, n, a, n, 0, coefficients, nQ);
      kernels.gemm("N", "N", n, count, nQ, -1, q, n, coefficients, nQ, 1, a, n);
    },
    /** Makes X orthonormal and takes HX along; false if its columns are numerically dependent. */
    orthonormalise(x: Float64Array, hx: Float64Array, m: number, gram: Float64Array): boolean {
      kernels.hermitianOverlap(m, n, x, n, x, n, gram, m);
      if (!kernels.cholesky(m, gram, m)) return false;
      for (const panel of [x, hx]) kernels.solveTriangularRight(n, m, gram, m, panel, n);
      return true;
    },
    /** Rotates orthonormal X and HX to Ritz vectors; their values go to `values`. */
    ritz(
      x: Float64Array,
      hx: Float64Array,
      m: number,
      values: Float64Array,
      spare: Float64Array,
      work: Squares,
    ) {
      kernels.hermitianOverlap(m, n, x, n, hx, n, work.a, m);
      kernels.eigh(m, work.a, m, values, work.c, m);
      for (const panel of [x, hx]) {
        kernels.gemm("N", "N", n, m, m, 1, panel, n, work.c, m, 0, spare, n);
        panel.set(columns(spare, 0, m));
      }
    },
    /** r ← HX − XΛ, with its norms. */
    residuals(r: Float64Array, x: Float64Array, hx: Float64Array, values: Float64Array, norms: Float64Array) {
      const m = norms.length;
      const minus = kernels.alloc(m);
      for (let j = 0; j < m; j++) minus[j] = -values[j]!;
      kernels.addScaledColumns(r, n, m, hx, minus, x);
      const squares = kernels.alloc(m);
      kernels.columnNorms2(squares, n, m, r);
      norms.set(squares.map(Math.sqrt));
    },
  };
}

export interface Squares {
  readonly a: Float64Array;
  readonly c: Float64Array;
}

/** Vectors that must go on: unconverged ones, and extra ones while far from it, as in `lobpcg`. */
export const unconverged = (norms: Float64Array, { tolerance, nConverge }: LobpcgOptions): number[] =>
  Array.from(norms.keys()).filter((j) => norms[j]! > (j < nConverge ? 1 : 10) * tolerance);

export const isConverged = (norms: Float64Array, { tolerance, nConverge }: LobpcgOptions): boolean =>
  norms.subarray(0, nConverge).every((norm) => norm <= tolerance);
