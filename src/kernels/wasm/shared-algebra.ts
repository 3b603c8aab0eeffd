import type { DenseExports } from "./exports.ts";
import { rangesOf, triangleRanges } from "./ranges.ts";
import type { Part, Runner } from "./team.ts";

/** Least real operations that are worth a message to another thread: about 0.1 ms. */
const LEAST_OPERATIONS = 2e6;
/** Multiple of the rows and columns of all blocks of the kernels, so that none is cut. */
const STRIP = 64;
const NARROW_STRIP = 8;
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
  },
  2: {
    gemm: "gemm",
    overlap: "hermitianOverlap",
    singleGemm: "singleGemm",
    singleOverlap: "singleOverlap",
    right: "solveTriangularRight",
    left: "solveTriangularLeft",
  },
} as const;

/**
 * Makes dense algebra whose large calls are shared by the threads of a team. Each element is summed
 * as by one thread, in the same order, so that no digit depends on the number of threads.
 *
 * @param width numbers to an element.
 */
export function sharedAlgebra(of: DenseExports, width: 1 | 2, { size, run }: Runner): DenseExports {
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
  return {
    ...of,
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
