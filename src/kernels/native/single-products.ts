import { invariant } from "../../common/failure.ts";
import type { Arithmetic, Products } from "../kernels.ts";
import type { Range } from "../wasm/ranges.ts";
import { sharedName } from "./blas.ts";
import { checkMatrix } from "./check.ts";
import { cut, isShared, mirror, type Shared, SMALL_PART, TALL_PART } from "./dense.ts";
import { singleWork } from "./single.ts";

/** Products for each number that is rounded or added, from which float32 is faster. */
const LEAST_PER_NUMBER = 8;

/**
 * Makes products of factors that are rounded to float32. Small ones and those of arrays outside the
 * memory of WebAssembly are the `double` ones; others are cut into parts by their sizes alone.
 */
export function singleProducts(
  double: Products,
  { scratch }: Pick<Arithmetic, "scratch">,
  width: 1 | 2,
  shared: Shared,
): Products {
  const name = sharedName("single", width);
  const address = (x: Float64Array): number => shared.address(x, 0, name);
  const isWorth = (m: number, n: number, k: number, arrays: readonly Float64Array[]): boolean =>
    m * n * k > LEAST_PER_NUMBER * (m * n + m * k + n * k) && arrays.every(isShared);
  /** Runs parts, with cuts and work memory given last; whether it was to be had. */
  const ran = (
    parts: readonly (readonly number[])[],
    [rowsAtOnce, columnsAtOnce]: readonly [number, number],
    isUpper = 0,
  ): boolean =>
    scratch((take) => {
      const cuts = { rowsAtOnce, columnsAtOnce, threads: shared.size };
      const bytes = Math.max(
        ...parts.map(([isConjA, m, n, k]) => singleWork([isConjA !== 0, m!, n!, k!], cuts, width)),
      );
      const work = take((shared.size * bytes) / 8);
      if (!isShared(work)) return false;
      const given = parts.map((part) => [
        ...part,
        rowsAtOnce,
        columnsAtOnce,
        shared.size,
        isUpper,
        address(work),
      ]);
      shared.run(name, given, { at: given[0]!.length - 1, bytes });
      return true;
    });
  const ranGemm = (
    ...[opA, , m, n, k, alpha, a, lda, b, ldb, beta, c, ldc]: Parameters<Products["gemm"]>
  ): boolean => {
    const isConjA = opA === "C";
    const rowCuts = cut(m, isConjA ? SMALL_PART : TALL_PART);
    const columnCuts: readonly Range[] = isConjA ? cut(n, SMALL_PART) : [[0, n]];
    const part = ([i, rows]: Range, [j, columns]: Range): readonly number[] => {
      const fromA = address(a) + 8 * width * (isConjA ? i * lda : i);
      const fromB = address(b) + 8 * width * j * ldb;
      const to = address(c) + 8 * width * (i + j * ldc);
      return [Number(isConjA), rows, columns, k, alpha, fromA, lda, fromB, ldb, beta, to, ldc];
    };
    const parts =
      shared.size === 1 ? [part([0, m], [0, n])] : columnCuts.flatMap((j) => rowCuts.map((i) => part(i, j)));
    return ran(parts, [rowCuts[0]![1], columnCuts[0]![1]]);
  };
  const ranOverlap = (
    ...[n, k, a, lda, b, ldb, c, ldc]: Parameters<Products["hermitianOverlap"]>
  ): boolean => {
    const columnCuts = cut(n, SMALL_PART / 2);
    const part = (rows: number, [j, columns]: Range): readonly number[] => {
      const fromB = address(b) + 8 * width * j * ldb;
      return [1, rows, columns, k, 1, address(a), lda, fromB, ldb, 0, address(c) + 8 * width * j * ldc, ldc];
    };
    const cuts = [n, columnCuts[0]![1]] as const;
    if (shared.size === 1) return ran([part(n, [0, n])], cuts, 1);
    return ran(
      columnCuts.map(([j, columns]) => part(j + columns, [j, columns])),
      cuts,
    );
  };
  return {
    gemm(...given) {
      const [opA, opB, m, n, k, , a, lda, b, ldb, , c, ldc] = given;
      invariant(opB === "N", () => "gemm: a rounded second factor cannot be conjugated");
      checkMatrix("gemm: A", a, opA === "N" ? m : k, opA === "N" ? k : m, lda, width);
      checkMatrix("gemm: B", b, k, n, ldb, width);
      checkMatrix("gemm: C", c, m, n, ldc, width);
      if (!isWorth(m, n, k, [a, b, c]) || !ranGemm(...given)) double.gemm(...given);
    },
    hermitianOverlap(...given) {
      const [n, k, a, lda, b, ldb, c, ldc] = given;
      checkMatrix("hermitianOverlap: A", a, k, n, lda, width);
      checkMatrix("hermitianOverlap: B", b, k, n, ldb, width);
      checkMatrix("hermitianOverlap: C", c, n, n, ldc, width);
      if (isWorth(n, n, k, [a, b, c]) && ranOverlap(...given)) mirror(n, c, ldc, width);
      else double.hermitianOverlap(...given);
    },
  };
}
