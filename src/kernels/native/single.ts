import type { KernelExports } from "../wasm/exports.ts";
import { integers } from "./lapack.ts";
import type { NativeFunction } from "./library.ts";

/** Kernels of WebAssembly that take panels from float64 to float32 and back. */
export type Conversions = Pick<KernelExports, "roundColumns" | "addRounded">;

/** Longest sums of float32; those over several of them are of float64. */
const SUMS = 2048;
/** Most bytes of work memory of all threads. Whole columns are fetched from memory the fastest. */
const MOST_BYTES = 2 ** 24;
/** Numbers of float32 in a line of the cache, at whose beginning blocks begin. */
const LINE = 16;

/** Rows and columns of separate results, and the threads that share work memory. */
interface Cuts {
  readonly rowsAtOnce: number;
  readonly columnsAtOnce: number;
  readonly threads: number;
}

type Sizes = readonly [isConjA: boolean, m: number, n: number, k: number];

/** Returns the rows of panels that are rounded at once, and the numbers of blocks of A, B and C. */
function blocksOf([isConjA, m, n, k]: Sizes, { rowsAtOnce, columnsAtOnce, threads }: Cuts, width: 1 | 2) {
  const [total, unit, ofRow] = isConjA ? [k, SUMS, m + n] : [m, rowsAtOnce, k + n];
  const small = isConjA ? rowsAtOnce * columnsAtOnce : k * n;
  const bytes = 2 ** Math.floor(Math.log2(MOST_BYTES / threads));
  const most = ((bytes / 4 - 3 * LINE) / width - small) / ofRow;
  const rows = Math.min(total, unit * Math.max(1, Math.floor(most / unit)));
  const elements = isConjA ? [rows * m, rows * n, small] : [rows * k, small, rows * n];
  const [ofA, ofB, ofC] = elements.map((count) => LINE * Math.ceil((width * count) / LINE));
  return { rows, ofA: ofA!, ofB: ofB!, ofC: ofC! };
}

/** Returns the bytes of work memory of a product, a power of two, so that products share it. */
export function singleWork(sizes: Sizes, cuts: Cuts, width: 1 | 2): number {
  const { ofA, ofB, ofC } = blocksOf(sizes, cuts, width);
  return 2 ** Math.ceil(Math.log2(4 * (ofA + ofB + ofC)));
}

/** A matrix of float32 numbers: its byte address and leading dimension. */
type Place = readonly [at: number, ld: number];

/**
 * Makes C ← α op(A) B + β C with factors rounded to float32, all at byte addresses: panels are
 * rounded, multiplied by sgemm or cgemm, and added to C in float64. C is cut after `rowsAtOnce`
 * rows and `columnsAtOnce` columns (all where op(A) = A), which gives the digits of separate calls
 * for these parts; `isUpper` leaves out the rows below the square part on the diagonal.
 */
export function singleProduct(
  gemm: NativeFunction,
  { roundColumns, addRounded }: Conversions,
  memory: WebAssembly.Memory,
  width: 1 | 2,
) {
  const [i0, i1, i2, i3, i4, i5] = integers();
  const [factor, zero] = [new Float32Array(2), new Float32Array(2)];
  const [double, single] = [8 * width, 4 * width];
  /** C ← α op(A) B in float32. */
  const multiply = (opA: "N" | "C", m: number, n: number, k: number, places: readonly Place[]): void => {
    const [a, b, c] = places.map(([at]) => new Float32Array(memory.buffer, at));
    i0[0] = m;
    i1[0] = n;
    i2[0] = k;
    i3[0] = places[0]![1];
    i4[0] = places[1]![1];
    i5[0] = places[2]![1];
    gemm(opA, "N", i0, i1, i2, factor, a!, i3, b!, i4, zero, c!, i5, 1, 1);
  };
  return (
    isConjA: number,
    m: number,
    n: number,
    k: number,
    alpha: number,
    a: number,
    lda: number,
    b: number,
    ldb: number,
    beta: number,
    c: number,
    ldc: number,
    rowsAtOnce: number,
    columnsAtOnce: number,
    threads: number,
    isUpper: number,
    work: number,
  ): void => {
    const sizes = [isConjA !== 0, m, n, k] as const;
    const { rows, ofA, ofB } = blocksOf(sizes, { rowsAtOnce, columnsAtOnce, threads }, width);
    const [ofFirst, ofSecond, part] = [work, work + 4 * ofA, work + 4 * (ofA + ofB)];
    factor[0] = alpha;
    if (!isConjA) {
      roundColumns(width * k, n, b, width * ldb, ofSecond);
      for (let first = 0; first < m; first += rows) {
        const height = Math.min(rows, m - first);
        roundColumns(width * height, k, a + double * first, width * lda, ofFirst);
        for (let i = 0; i < height; i += rowsAtOnce)
          multiply("N", Math.min(rowsAtOnce, height - i), n, k, [
            [ofFirst + single * i, height],
            [ofSecond, k],
            [part + single * i, height],
          ]);
        addRounded(width * height, n, part, beta, c + double * first, width * ldc);
      }
      return;
    }
    const isSquare = a === b && lda === ldb && m === n;
    for (let first = 0; first < k; first += rows) {
      const height = Math.min(rows, k - first);
      roundColumns(width * height, n, b + double * first, width * ldb, ofSecond);
      if (!isSquare) roundColumns(width * height, m, a + double * first, width * lda, ofFirst);
      for (let l = 0; l < height; l += SUMS)
        for (let j = 0; j < n; j += columnsAtOnce) {
          const columns = Math.min(columnsAtOnce, n - j);
          const end = isUpper ? j + columns : m;
          for (let i = 0; i < end; i += rowsAtOnce) {
            const count = Math.min(rowsAtOnce, end - i);
            multiply("C", count, columns, Math.min(SUMS, height - l), [
              [(isSquare ? ofSecond : ofFirst) + single * (i * height + l), height],
              [ofSecond + single * (j * height + l), height],
              [part, count],
            ]);
            const isFirst = first === 0 && l === 0;
            addRounded(
              width * count,
              columns,
              part,
              isFirst ? beta : 1,
              c + double * (i + j * ldc),
              width * ldc,
            );
          }
        }
    }
  };
}
