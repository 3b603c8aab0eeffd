import { invariant } from "../../common/failure.ts";
import type { Arithmetic, DenseKernels } from "../kernels.ts";
import { type Range, rangesOf } from "../wasm/ranges.ts";
import type { Runner } from "../wasm/team.ts";
import { blas, leading, type SharedRoutine, sharedName } from "./blas.ts";
import { checkArray, checkMatrix as checkMatrixOf, sameArray } from "./check.ts";
import { type DenseRoutines, integers } from "./lapack.ts";

/** Threads that share calls, and the addresses of arrays in their memory. */
export interface Shared extends Runner {
  address(x: Float64Array, length: number, what: string): number;
}

/** Least products of elements that are cut into parts. */
const LEAST_PRODUCTS = 1e6;
const MOST_PARTS = 8;
/** Least rows of a part of a tall matrix, least rows and columns of one of a small result. */
export const TALL_PART = 1024;
export const SMALL_PART = 64;

/** Whether an array lies in the memory of WebAssembly, which threads share. */
export const isShared = (x: Float64Array): boolean => x.buffer instanceof SharedArrayBuffer;

/** Cuts `total` rows or columns. */
export const cut = (total: number, length: number): Range[] =>
  rangesOf(total, Math.min(MOST_PARTS, Math.max(1, Math.floor(total / length))), 8);

/**
 * Makes dense algebra on elements of `width` numbers through BLAS and LAPACK. Large products and
 * solves are cut into parts by their sizes alone, so that no digit depends on the threads.
 */
export function denseKernels(
  lapack: DenseRoutines,
  { scratch }: Pick<Arithmetic, "scratch">,
  width: 1 | 2,
  shared: Shared,
): DenseKernels {
  const checkMatrix = (what: string, array: Float64Array, rows: number, columns: number, ld: number): void =>
    checkMatrixOf(what, array, rows, columns, ld, width);
  const [i0, i1, i2, i3, i4, info] = integers();
  const [one, zero] = [new Float64Array([1, 0]), new Float64Array(2)];
  const routines = blas(lapack);

  /** Calls a routine once for each part; of arrays a part has what begins at a place in them. */
  const run = (
    routine: SharedRoutine,
    parts: readonly (readonly (number | readonly [x: Float64Array, from: number])[])[],
  ): void => {
    const isSeen = parts[0]!.every((x) => typeof x === "number" || isShared(x[0]));
    if (shared.size > 1 && isSeen && parts.length > 1) {
      const name = sharedName(routine, width);
      shared.run(
        name,
        parts.map((part) =>
          part.map((x) => (typeof x === "number" ? x : shared.address(x[0], 0, name) + 8 * x[1])),
        ),
      );
      return;
    }
    const call = routines[routine] as (...given: (number | Float64Array)[]) => void;
    for (const part of parts) call(...part.map((x) => (typeof x === "number" ? x : x[0].subarray(x[1]))));
  };

  /** The blocks of C ← α op(A) op(B) + β C, each rows by columns. */
  const gemmBlocks = (
    blocks: readonly (readonly [rows: Range, columns: Range])[],
    ...[opA, opB, , , k, alpha, a, lda, b, ldb, beta, c, ldc]: Parameters<DenseKernels["gemm"]>
  ): void =>
    run(
      "gemm",
      blocks.map(([[i, rows], [j, columns]]) => {
        const fromA = width * (opA === "N" ? i : i * lda);
        const fromB = width * (opB === "N" ? j * ldb : j);
        const sizes = [Number(opA === "C"), Number(opB === "C"), rows, columns, k, alpha];
        return [...sizes, [a, fromA], lda, [b, fromB], ldb, beta, [c, width * (i + j * ldc)], ldc];
      }),
    );

  return {
    gemm(opA, opB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc) {
      checkMatrix("gemm: A", a, opA === "N" ? m : k, opA === "N" ? k : m, lda);
      checkMatrix("gemm: B", b, opB === "N" ? k : n, opB === "N" ? n : k, ldb);
      checkMatrix("gemm: C", c, m, n, ldc);
      const isLarge = m * n * k >= LEAST_PRODUCTS;
      const isTall = m > 4 * n;
      const rows: Range[] = isLarge ? cut(m, isTall ? TALL_PART : SMALL_PART) : [[0, m]];
      const columns: Range[] = isLarge && !isTall ? cut(n, SMALL_PART) : [[0, n]];
      const blocks = columns.flatMap((j) => rows.map((i) => [i, j] as const));
      gemmBlocks(blocks, opA, opB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    },

    hermitianOverlap(n, k, a, lda, b, ldb, c, ldc) {
      checkMatrix("hermitianOverlap: A", a, k, n, lda);
      checkMatrix("hermitianOverlap: B", b, k, n, ldb);
      checkMatrix("hermitianOverlap: C", c, n, n, ldc);
      if (n === 0) return;
      const isLarge = n * n * k >= 2 * LEAST_PRODUCTS;
      if (!isLarge && sameArray(a, b) && lda === ldb) {
        i0[0] = n;
        i1[0] = k;
        i2[0] = leading(lda);
        i3[0] = ldc;
        // zherk and dsyrk take real coefficients and read the first number only
        lapack.herk("U", "C", i0, i1, one, a, i2, zero, c, i3, 1, 1);
      } else {
        const blocks = cut(n, SMALL_PART / 2).map(
          ([j, count]) =>
            [
              [0, j + count],
              [j, count],
            ] as const,
        );
        gemmBlocks(blocks, "C", "N", n, n, k, 1, a, lda, b, ldb, 0, c, ldc);
      }
      mirror(n, c, ldc, width);
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
      const parts = m * n * n >= 2 * LEAST_PRODUCTS ? cut(m, TALL_PART) : [[0, m] as const];
      run(
        "solveRight",
        parts.map(([i, rows]) => [rows, n, [r, 0], ldr, [x, width * i], ldx]),
      );
    },

    solveTriangularLeft(n, m, r, ldr, conjugateTranspose, x, ldx) {
      checkMatrix("solveTriangularLeft: R", r, n, n, ldr);
      checkMatrix("solveTriangularLeft: X", x, n, m, ldx);
      routines.solveLeft(Number(conjugateTranspose), n, m, r, ldr, x, ldx);
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

/** Makes a matrix Hermitian by its upper triangle. */
export function mirror(n: number, c: Float64Array, ldc: number, width: 1 | 2): void {
  for (let j = 0; j < n; j++) {
    if (width === 2) c[2 * (j + j * ldc) + 1] = 0;
    for (let i = 0; i < j; i++) {
      const [to, from] = [width * (j + i * ldc), width * (i + j * ldc)];
      c[to] = c[from]!;
      if (width === 2) c[to + 1] = -c[from + 1]!;
    }
  }
}

/** Checks for NaN: zheevd may return finite eigenvalues of a matrix that contains one. */
function lowerTriangleIsFinite(n: number, a: Float64Array, lda: number, width: 1 | 2): boolean {
  for (let j = 0; j < n; j++)
    for (let i = width * (j + j * lda); i < width * (n + j * lda); i++)
      if (!Number.isFinite(a[i]!)) return false;
  return true;
}
