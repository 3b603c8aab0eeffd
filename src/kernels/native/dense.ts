import { invariant } from "../../common/failure.ts";
import type { Arithmetic, DenseKernels, Op } from "../kernels.ts";
import { checkArray, checkMatrix as checkMatrixOf, sameArray } from "./check.ts";
import type { DenseRoutines } from "./lapack.ts";

/** Width of an overlap's column blocks: narrow ones waste less, but zgemm is slow below 24. */
const overlapBlock = (n: number): number => Math.max(24, 8 * Math.ceil(n / 40));

/** Makes dense algebra on elements of `width` numbers through BLAS and LAPACK. */
export function denseKernels(
  lapack: DenseRoutines,
  { scratch }: Pick<Arithmetic, "scratch">,
  width: 1 | 2,
): DenseKernels {
  const checkMatrix = (what: string, array: Float64Array, rows: number, columns: number, ld: number): void =>
    checkMatrixOf(what, array, rows, columns, ld, width);
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

  const gemm: Arithmetic["gemm"] = (opA, opB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc) => {
    i0[0] = m;
    i1[0] = n;
    i2[0] = k;
    i3[0] = lda;
    i4[0] = ldb;
    i5[0] = ldc;
    alphaZ[0] = alpha;
    betaZ[0] = beta;
    lapack.gemm(opA, opB, i0, i1, i2, alphaZ, a, i3, b, i4, betaZ, c, i5, 1, 1);
  };
  const trsm = (
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
    lapack.trsm(side, "U", op, "N", i0, i1, alphaZ, r, i2, x, i3, 1, 1, 1, 1);
  };

  return {
    gemm(opA, opB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc) {
      checkMatrix("gemm: A", a, opA === "N" ? m : k, opA === "N" ? k : m, lda);
      checkMatrix("gemm: B", b, opB === "N" ? k : n, opB === "N" ? n : k, ldb);
      checkMatrix("gemm: C", c, m, n, ldc);
      gemm(opA, opB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
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
        alphaZ[0] = 1; // zherk and dsyrk take real coefficients and read the first number only
        betaZ[0] = 0;
        lapack.herk("U", "C", i0, i1, alphaZ, a, i2, betaZ, c, i3, 1, 1);
      } else {
        const block = overlapBlock(n);
        for (let first = 0; first < n; first += block) {
          const end = Math.min(n, first + block);
          const [bBlock, cBlock] = [b.subarray(width * first * ldb), c.subarray(width * first * ldc)];
          gemm("C", "N", end, end - first, k, 1, a, lda, bBlock, ldb, 0, cBlock, ldc);
        }
      }
      for (let j = 0; j < n; j++) {
        if (width === 2) c[2 * (j + j * ldc) + 1] = 0;
        for (let i = 0; i < j; i++) {
          const [to, from] = [width * (j + i * ldc), width * (i + j * ldc)];
          c[to] = c[from]!;
          if (width === 2) c[to + 1] = -c[from + 1]!;
        }
      }
    },

    cholesky(n, a, lda) {
      checkMatrix("cholesky: A", a, n, n, lda);
      if (n === 0) return true;
      i0[0] = n;
      i1[0] = lda;
      lapack.potrf("U", i0, a, i1, info, 1);
      invariant(info[0]! >= 0, () => `zpotrf: argument ${-info[0]!} is wrong`);
      if (info[0]! > 0) return false;
      for (let j = 0; j < n; j++) {
        // potrf accepts infinite pivots, and some versions a NaN.
        const pivot = a[width * (j + j * lda)]!;
        if (!(pivot > 0 && pivot < Infinity)) return false;
        if (width === 2) a[2 * (j + j * lda) + 1] = 0;
        a.fill(0, width * (j + 1 + j * lda), width * (n + j * lda));
      }
      return true;
    },

    solveTriangularRight(m, n, r, ldr, x, ldx) {
      checkMatrix("solveTriangularRight: R", r, n, n, ldr);
      checkMatrix("solveTriangularRight: X", x, m, n, ldx);
      trsm("R", "N", m, n, r, ldr, x, ldx);
    },

    solveTriangularLeft(n, m, r, ldr, conjugateTranspose, x, ldx) {
      checkMatrix("solveTriangularLeft: R", r, n, n, ldr);
      checkMatrix("solveTriangularLeft: X", x, n, m, ldx);
      trsm("L", conjugateTranspose ? "C" : "N", n, m, r, ldr, x, ldx);
    },

    eigh(n, a, lda, values, v, ldv) {
      checkMatrix("eigh: A", a, n, n, lda);
      checkMatrix("eigh: V", v, n, n, ldv);
      checkArray("eigh: values", values, n);
      if (n === 0) return;
      if (!lowerTriangleIsFinite(n, a, lda, width))
        throw new Error(`eigh: the matrix of order ${n} is not finite`);
      for (let j = 0; j < n; j++)
        v.set(a.subarray(width * (j + j * lda), width * (n + j * lda)), width * (j + j * ldv));
      const integerSize = new Int32Array(1);
      const realSize = new Float64Array(1);
      /** Calls zheevd or dsyevd, which has no second work array; sizes of −1 ask for sizes. */
      const solve = (work: Float64Array, realWork: Float64Array, integerWork: Int32Array): void => {
        i0[0] = n;
        i1[0] = ldv;
        const second = width === 2 ? [realWork, i3] : [];
        lapack.heevd("V", "L", i0, v, i1, values, work, i2, ...second, integerWork, i4, info, 1, 1);
      };
      const sizes = new Float64Array(2);
      i2[0] = i3[0] = i4[0] = -1;
      solve(sizes, realSize, integerSize);
      invariant(info[0] === 0, () => `heevd: argument ${-info[0]!} is wrong`);
      i2[0] = sizes[0]!;
      i3[0] = realSize[0]!;
      i4[0] = integerSize[0]!;
      scratch((take) => {
        solve(take(width * i2[0]!), take(i3[0]!), new Int32Array(i4[0]!));
      });
      if (info[0] !== 0) throw new Error(`eigh: heevd did not converge (info ${info[0]}, order ${n})`);
    },
  };
}

/** Checks for NaN: zheevd may return finite eigenvalues of a matrix that contains one. */
function lowerTriangleIsFinite(n: number, a: Float64Array, lda: number, width: 1 | 2): boolean {
  for (let j = 0; j < n; j++)
    for (let i = width * (j + j * lda); i < width * (n + j * lda); i++)
      if (!Number.isFinite(a[i]!)) return false;
  return true;
}
