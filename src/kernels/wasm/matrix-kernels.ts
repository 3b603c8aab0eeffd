import { invariant } from "../../common/failure.ts";
import type { Arithmetic, DenseKernels, Products } from "../kernels.ts";
import type { DenseExports } from "./exports.ts";
import type { LinearMemory } from "./memory.ts";

/** Returns the elements of a matrix of `columns` columns with leading dimension `ld`. */
const extent = (rows: number, columns: number, ld: number, what: string): number => {
  invariant(ld >= rows, () => `${what}: leading dimension ${ld} is below ${rows} rows`);
  return rows === 0 || columns === 0 ? 0 : ld * (columns - 1) + rows;
};

type MatrixKernels = DenseKernels & Pick<Arithmetic, "single">;

/** Makes the kernels on matrices, with checked addresses and work memory. */
export function matrixKernels(
  { address, scratch }: LinearMemory,
  wasm: DenseExports,
  width: 1 | 2,
): MatrixKernels {
  const matrix = (x: Float64Array, rows: number, columns: number, ld: number, what: string): number =>
    address(x, width * extent(rows, columns, ld, what), what);
  const withWork = <T>(bytes: number, body: (work: number) => T): T =>
    scratch((take) => body(take(Math.ceil(bytes / 8)).byteOffset));
  const products = (gemm: DenseExports["gemm"], overlap: DenseExports["hermitianOverlap"]): Products => ({
    gemm(opA, opB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc) {
      const [isConjA, isConjB] = [opA === "C", opB === "C"];
      invariant(!isConjB || gemm === wasm.gemm, () => "gemm: a rounded second factor cannot be conjugated");
      const pa = isConjA ? matrix(a, k, m, lda, "gemm A") : matrix(a, m, k, lda, "gemm A");
      const pb = isConjB ? matrix(b, n, k, ldb, "gemm B") : matrix(b, k, n, ldb, "gemm B");
      const pc = matrix(c, m, n, ldc, "gemm C");
      withWork(wasm.gemmWork(m, n, k), (work) =>
        gemm(isConjA, isConjB, m, n, k, alpha, pa, lda, pb, ldb, beta, pc, ldc, false, work),
      );
    },
    hermitianOverlap(n, k, a, lda, b, ldb, c, ldc) {
      const pa = matrix(a, k, n, lda, "hermitianOverlap A");
      const pb = matrix(b, k, n, ldb, "hermitianOverlap B");
      const pc = matrix(c, n, n, ldc, "hermitianOverlap C");
      withWork(wasm.gemmWork(n, n, k), (work) => overlap(0, n, k, pa, lda, pb, ldb, pc, ldc, work));
    },
  });
  return {
    ...products(wasm.gemm, wasm.hermitianOverlap),
    single: products(wasm.singleGemm, wasm.singleOverlap),
    cholesky(n, a, lda) {
      const pa = matrix(a, n, n, lda, "cholesky");
      return withWork(wasm.gemmWork(n, n, n), (work) => wasm.cholesky(n, pa, lda, work) !== 0);
    },
    solveTriangularRight(m, n, r, ldr, x, ldx) {
      const pr = matrix(r, n, n, ldr, "solveTriangularRight R");
      const px = matrix(x, m, n, ldx, "solveTriangularRight X");
      withWork(wasm.gemmWork(m, n, n), (work) => wasm.solveTriangularRight(m, n, pr, ldr, px, ldx, work));
    },
    solveTriangularLeft(n, m, r, ldr, conjugateTranspose, x, ldx) {
      const pr = matrix(r, n, n, ldr, "solveTriangularLeft R");
      const px = matrix(x, n, m, ldx, "solveTriangularLeft X");
      withWork(wasm.gemmWork(n, m, n), (work) =>
        wasm.solveTriangularLeft(n, m, pr, ldr, conjugateTranspose, px, ldx, work),
      );
    },
    eigh(n, a, lda, values, v, ldv) {
      const [pa, pv] = [matrix(a, n, n, lda, "eigh A"), matrix(v, n, n, ldv, "eigh V")];
      const pw = address(values, n, "eigh");
      if (n === 0) return;
      const isConverged = withWork(
        wasm.eighWork(n) + wasm.eighOwnWork(n),
        (work) => wasm.eigh(n, pa, lda, pw, pv, ldv, work) !== 0,
      );
      if (!isConverged)
        throw new Error(
          `eigh: the QL iteration did not converge for a matrix of order ${n}; has it NaN in it?`,
        );
    },
  };
}
