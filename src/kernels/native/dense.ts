import { invariant } from "../../common/failure.ts";
import type { Kernels, Op } from "../kernels.ts";
import { checkArray, checkMatrix, sameArray } from "./check.ts";
import type { Lapack } from "./lapack.ts";
import type { NativeMemory } from "./memory.ts";

type DenseKernels = Pick<
  Kernels,
  "gemm" | "hermitianOverlap" | "cholesky" | "solveTriangularRight" | "solveTriangularLeft" | "eigh"
>;

/**
 * Returns the width of the column blocks of an overlap: narrow ones waste less of the half, but
 * zgemm is slow below 24 (measured for 42 to 200 columns).
 */
const overlapBlock = (n: number): number => Math.max(24, 8 * Math.ceil(n / 40));

/** Makes dense algebra through BLAS and LAPACK. */
export function denseKernels(lapack: Lapack, memory: NativeMemory): DenseKernels {
  // Scalars of one Fortran call, passed by address.
  const [i0, i1, i2, i3, i4, i5] = Array.from({ length: 6 }, () => new Int32Array(1)) as [
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  const info = new Int32Array(1);
  const [alphaZ, betaZ] = [new Float64Array(2), new Float64Array(2)];

  const zgemm = (
    opA: Op,
    opB: Op,
    m: number,
    n: number,
    k: number,
    alpha: number,
    a: Float64Array,
    lda: number,
    b: Float64Array,
    ldb: number,
    beta: number,
    c: Float64Array,
    ldc: number,
  ): void => {
    i0[0] = m;
    i1[0] = n;
    i2[0] = k;
    i3[0] = lda;
    i4[0] = ldb;
    i5[0] = ldc;
    alphaZ[0] = alpha;
    betaZ[0] = beta;
    lapack.zgemm(opA, opB, i0, i1, i2, alphaZ, a, i3, b, i4, betaZ, c, i5, 1, 1);
  };
  const ztrsm = (
    side: "L" | "R",
    op: Op,
    m: number,
    n: number,
    r: Float64Array,
    ldr: number,
    x: Float64Array,
    ldx: number,
  ): void => {
    i0[0] = m;
    i1[0] = n;
    i2[0] = ldr;
    i3[0] = ldx;
    alphaZ[0] = 1;
    lapack.ztrsm(side, "U", op, "N", i0, i1, alphaZ, r, i2, x, i3, 1, 1, 1, 1);
  };

  return {
    gemm(opA, opB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc) {
      checkMatrix("gemm: A", a, opA === "N" ? m : k, opA === "N" ? k : m, lda);
      checkMatrix("gemm: B", b, opB === "N" ? k : n, opB === "N" ? n : k, ldb);
      checkMatrix("gemm: C", c, m, n, ldc);
      zgemm(opA, opB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    },

    hermitianOverlap(n, k, a, lda, b, ldb, c, ldc) {
      checkMatrix("hermitianOverlap: A", a, k, n, lda);
      checkMatrix("hermitianOverlap: B", b, k, n, ldb);
      checkMatrix("hermitianOverlap: C", c, n, n, ldc);
      if (n === 0) return;
      if (sameArray(a, b) && lda === ldb) {
        i0[0] = n;
        i1[0] = k;
        i2[0] = lda;
        i3[0] = ldc;
        alphaZ[0] = 1; // zherk takes real coefficients and reads the first number only
        betaZ[0] = 0;
        lapack.zherk("U", "C", i0, i1, alphaZ, a, i2, betaZ, c, i3, 1, 1);
      } else {
        const block = overlapBlock(n);
        for (let first = 0; first < n; first += block) {
          const end = Math.min(n, first + block);
          const [bBlock, cBlock] = [b.subarray(2 * first * ldb), c.subarray(2 * first * ldc)];
          zgemm("C", "N", end, end - first, k, 1, a, lda, bBlock, ldb, 0, cBlock, ldc);
        }
      }
      for (let j = 0; j < n; j++) {
        c[2 * (j + j * ldc) + 1] = 0;
        for (let i = 0; i < j; i++) {
          c[2 * (j + i * ldc)] = c[2 * (i + j * ldc)]!;
          c[2 * (j + i * ldc) + 1] = -c[2 * (i + j * ldc) + 1]!;
        }
      }
    },

    cholesky(n, a, lda) {
      checkMatrix("cholesky: A", a, n, n, lda);
      if (n === 0) return true;
      i0[0] = n;
      i1[0] = lda;
      lapack.zpotrf("U", i0, a, i1, info, 1);
      invariant(info[0]! >= 0, () => `zpotrf: argument ${-info[0]!} is wrong`);
      if (info[0]! > 0) return false;
      for (let j = 0; j < n; j++) {
        // zpotrf accepts infinite pivots, and some versions a NaN.
        const pivot = a[2 * (j + j * lda)]!;
        if (!(pivot > 0 && pivot < Infinity)) return false;
        a[2 * (j + j * lda) + 1] = 0;
        a.fill(0, 2 * (j + 1 + j * lda), 2 * (n + j * lda));
      }
      return true;
    },

    solveTriangularRight(m, n, r, ldr, x, ldx) {
      checkMatrix("solveTriangularRight: R", r, n, n, ldr);
      checkMatrix("solveTriangularRight: X", x, m, n, ldx);
      ztrsm("R", "N", m, n, r, ldr, x, ldx);
    },

    solveTriangularLeft(n, m, r, ldr, conjugateTranspose, x, ldx) {
      checkMatrix("solveTriangularLeft: R", r, n, n, ldr);
      checkMatrix("solveTriangularLeft: X", x, n, m, ldx);
      ztrsm("L", conjugateTranspose ? "C" : "N", n, m, r, ldr, x, ldx);
    },

    eigh(n, a, lda, values, v, ldv) {
      checkMatrix("eigh: A", a, n, n, lda);
      checkMatrix("eigh: V", v, n, n, ldv);
      checkArray("eigh: values", values, n);
      if (n === 0) return;
      if (!lowerTriangleIsFinite(n, a, lda)) throw new Error(`eigh: the matrix of order ${n} is not finite`);
      for (let j = 0; j < n; j++) v.set(a.subarray(2 * (j + j * lda), 2 * (n + j * lda)), 2 * (j + j * ldv));
      const sizes = new Float64Array(2);
      const realSize = new Float64Array(1);
      const integerSize = new Int32Array(1);
      i0[0] = n;
      i1[0] = ldv;
      i2[0] = i3[0] = i4[0] = -1; // asks for the sizes of the work arrays
      lapack.zheevd("V", "L", i0, v, i1, values, sizes, i2, realSize, i3, integerSize, i4, info, 1, 1);
      invariant(info[0] === 0, () => `zheevd: argument ${-info[0]!} is wrong`);
      i2[0] = sizes[0]!;
      i3[0] = realSize[0]!;
      i4[0] = integerSize[0]!;
      memory.scratch((take) => {
        const work = take(2 * i2[0]!);
        const realWork = take(i3[0]!);
        const integerWork = new Int32Array(i4[0]!);
        lapack.zheevd("V", "L", i0, v, i1, values, work, i2, realWork, i3, integerWork, i4, info, 1, 1);
      });
      if (info[0] !== 0) throw new Error(`eigh: zheevd did not converge (info ${info[0]}, order ${n})`);
    },
  };
}

/** Checks for NaN: zheevd may return finite eigenvalues of a matrix that contains one. */
function lowerTriangleIsFinite(n: number, a: Float64Array, lda: number): boolean {
  for (let j = 0; j < n; j++)
    for (let i = 2 * (j + j * lda); i < 2 * (n + j * lda); i++) if (!Number.isFinite(a[i]!)) return false;
  return true;
}
