import type { DenseExports, KernelExports } from "./exports.ts";
import { rangesOf, triangleRanges } from "./ranges.ts";
import type { Part, Runner } from "./team.ts";

/** Least real operations that are worth a message to another thread: about 0.1 ms. */
const LEAST_OPERATIONS = 2e6;
/** Least numbers of a panel that are worth a message, for each thread, in loops over columns. */
const LEAST_NUMBERS = 2e5;
/** Multiple of the rows and columns of all blocks of the kernels, so that none is cut. */
const STRIP = 64;
const NARROW_STRIP = 8;
/** Rows of eigenvectors that are rotated together. */
const STRIP_ROWS = 8;
/** Parts for each thread, where a part needs nothing that others need too. */
const PARTS_OF_THREAD = 4;

/** Names in the module of the exports whose calls are shared out, by numbers to an element. */
const NAMES = {
  1: {
    gemm: "realGemm",
    overlap: "symmetricOverlap",
    singleGemm: "realSingleGemm",
    singleOverlap: "realSingleOverlap",
    right: "realSolveTriangularRight",
    left: "realSolveTriangularLeft",
    rotate: "realEighRotate",
    transformBack: "realEighTransformBack",
    norms: "realColumnDots",
    dots: "realColumnDots",
    weightedNorms: "realColumnWeightedNorms2",
    scale: "realScaleColumns",
    addScaled: "realAddScaledColumns",
    rows: "realMultiplyRows",
    tpa: "realTpa",
  },
  2: {
    gemm: "gemm",
    overlap: "hermitianOverlap",
    singleGemm: "singleGemm",
    singleOverlap: "singleOverlap",
    right: "solveTriangularRight",
    left: "solveTriangularLeft",
    rotate: "eighRotate",
    transformBack: "eighTransformBack",
    norms: "columnNorms2",
    dots: "columnDots",
    weightedNorms: "columnWeightedNorms2",
    scale: "scaleColumns",
    addScaled: "addScaledColumns",
    rows: "multiplyRows",
    tpa: "tpa",
  },
} as const;

/**
 * Makes dense algebra whose large calls are shared by the threads of a team. Each element is summed
 * as by one thread, in the same order, so that no digit depends on the number of threads.
 *
 * @param width numbers to an element.
 */
export function sharedAlgebra(
  of: DenseExports,
  width: 1 | 2,
  { size, run }: Runner,
  isIterated: KernelExports["isIterated"],
): DenseExports {
  if (size === 1) return of;
  const names = NAMES[width];
  const element = 8 * width;
  const operations = 2 * width * width;
  const gemmWork: DenseExports["gemmWork"] = (m, n, k) => 64 * Math.ceil(of.gemmWork(m, n, k) / 64);
  const isLarge = (products: number) => operations * products >= LEAST_OPERATIONS * size;
  /** Runs parts, with work memory given last. */
  const runParts = (name: string, parts: readonly Part[], bytes: number) =>
    run(name, parts, { at: parts[0]!.length - 1, bytes });
  const gemm =
    (alone: DenseExports["gemm"], name: string): DenseExports["gemm"] =>
    (isConjA, isConjB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, upper, work) => {
      if (upper || !isLarge(m * n * k)) {
        alone(isConjA, isConjB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, upper, work);
        return;
      }
      const parts: number[][] = [];
      const [byRows, byColumns] = cutsOf(m, n, k, size);
      for (const [j, columns] of rangesOf(n, byColumns, NARROW_STRIP))
        for (const [i, rows] of rangesOf(m, byRows, NARROW_STRIP)) {
          const fromA = a + element * (isConjA ? i * lda : i);
          const fromB = b + element * (isConjB ? j : j * ldb);
          const to = c + element * (i + j * ldc);
          const sizes = [rows, columns, k, alpha, fromA, lda, fromB, ldb, beta, to, ldc];
          parts.push([Number(isConjA), Number(isConjB), ...sizes, 0, work]);
        }
      runParts(name, parts, gemmWork(m, n, k));
    };
  const overlap =
    (alone: DenseExports["hermitianOverlap"], name: string): DenseExports["hermitianOverlap"] =>
    (first, count, k, a, lda, b, ldb, c, ldc, work) => {
      const ranges =
        isLarge((count * count * k) / 2) && first === 0 ? triangleRanges(count, size, NARROW_STRIP) : [];
      if (ranges.length < 2) alone(first, count, k, a, lda, b, ldb, c, ldc, work);
      else
        runParts(
          name,
          ranges.map(([j, columns]) => [j, columns, k, a, lda, b, ldb, c, ldc, work]),
          gemmWork(count, count, k),
        );
    };
  /**
   * Runs a loop over nBands columns of n numbers in parts. Arguments: those before n, n, nBands,
   * those after; `strides` are the bytes of each from column to column.
   */
  const columns = (
    name: string,
    before: readonly number[],
    n: number,
    nBands: number,
    after: readonly number[],
    strides: readonly number[],
  ) => {
    const shares = width * n * nBands < LEAST_NUMBERS * size ? 1 : PARTS_OF_THREAD * size;
    const parts = rangesOf(nBands, shares, 1).map(([first, count]) => {
      const moved = [...before, ...after].map((address, i) => address + strides[i]! * first);
      return [...moved.slice(0, before.length), n, count, ...moved.slice(before.length)];
    });
    run(name, parts);
  };
  return {
    ...of,
    columnNorms2: (out, n, nBands, x) =>
      columns(names.norms, [out], n, nBands, width === 1 ? [x, x] : [x], [8, element * n, element * n]),
    columnDots: (out, n, nBands, x, y) =>
      columns(names.dots, [out], n, nBands, [x, y], [element, element * n, element * n]),
    columnWeightedNorms2: (out, n, nBands, d, x) =>
      columns(names.weightedNorms, [out], n, nBands, [d, x], [8, 0, element * n]),
    scaleColumns: (n, nBands, s, x) => columns(names.scale, [], n, nBands, [s, x], [8, element * n]),
    addScaledColumns: (out, n, nBands, y, s, x) =>
      columns(names.addScaled, [out], n, nBands, [y, s, x], [element * n, element * n, 8, element * n]),
    multiplyRows: (out, n, nBands, d, x) =>
      columns(names.rows, [out], n, nBands, [d, x], [element * n, 0, element * n]),
    tpa: (n, nBands, t, s, x) => columns(names.tpa, [], n, nBands, [t, s, x], [0, 8, element * n]),
    gemmWork: (m, n, k) => size * gemmWork(m, n, k),
    gemm: gemm(of.gemm, names.gemm),
    hermitianOverlap: overlap(of.hermitianOverlap, names.overlap),
    singleGemm: gemm(of.singleGemm, names.singleGemm),
    singleOverlap: overlap(of.singleOverlap, names.singleOverlap),
    solveTriangularRight(m, n, r, ldr, x, ldx, work) {
      if (isLarge((m * n * n) / 2))
        runParts(
          names.right,
          rangesOf(m, PARTS_OF_THREAD * size, STRIP).map(([i, rows]) => [
            ...[rows, n, r, ldr, x + element * i, ldx],
            work,
          ]),
          gemmWork(m, n, n),
        );
      else of.solveTriangularRight(m, n, r, ldr, x, ldx, work);
    },
    solveTriangularLeft(n, m, r, ldr, isConjugate, x, ldx, work) {
      if (isLarge((m * n * n) / 2))
        runParts(
          names.left,
          rangesOf(m, size, STRIP).map(([j, columns]) => [
            ...[n, columns, r, ldr, Number(isConjugate), x + element * j * ldx, ldx],
            work,
          ]),
          gemmWork(n, m, n),
        );
      else of.solveTriangularLeft(n, m, r, ldr, isConjugate, x, ldx, work);
    },
    eighOwnWork: (n) => size * of.eighOwnWork(n),
    eigh(n, a, lda, values, v, ldv, work) {
      if (!isLarge(n ** 3)) return of.eigh(n, a, lda, values, v, ldv, work);
      if (of.eighReduce(n, a, lda, work) === 0) return 0;
      const own = work + of.eighWork(n);
      const bytes = of.eighOwnWork(n);
      const rows = rangesOf(Math.ceil(n / STRIP_ROWS), size, 1);
      run(
        names.rotate,
        rows.map(([i, count]) => [n, i, count, values, v, ldv, work, own]),
        { at: 7, bytes },
      );
      if (isIterated(work) === 0) return 0;
      run(
        names.transformBack,
        rangesOf(n, size, NARROW_STRIP).map(([j, count]) => [n, a, lda, j, count, v, ldv, work, own]),
        { at: 8, bytes },
      );
      return 1;
    },
  };
}

/** Cuts of the rows and of the columns of a product, with little to pack more than once. */
function cutsOf(m: number, n: number, k: number, size: number): readonly [rows: number, columns: number] {
  // Tall: the small factor is packed for each part.
  if (m > 4 * n && m > 4 * k) return [PARTS_OF_THREAD * size, 1];
  // Long sums: what is packed are m/rows + n/columns of their columns.
  let best: readonly [number, number] = [size, 1];
  for (let rows = 1; rows <= size; rows++)
    if (size % rows === 0 && m / rows + (n * rows) / size < m / best[0] + n / best[1])
      best = [rows, size / rows];
  return best;
}
