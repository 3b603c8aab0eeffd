import type { Arithmetic } from "./kernels.ts";

/** Makes real arithmetic of complex arithmetic on numbers without imaginary part. */
export function embeddedReal(complex: Omit<Arithmetic, "width">): Arithmetic {
  /** Runs `body` on complex copies of arrays and copies their real parts back. */
  const embed = <T>(arrays: readonly Float64Array[], body: (...copies: Float64Array[]) => T): T => {
    const copies = arrays.map((x) => {
      const copy = new Float64Array(2 * x.length);
      for (let i = 0; i < x.length; i++) copy[2 * i] = x[i]!;
      return copy;
    });
    const result = body(...copies);
    for (const [a, x] of arrays.entries()) for (let i = 0; i < x.length; i++) x[i] = copies[a]![2 * i]!;
    return result;
  };
  const { alloc, scratch } = complex;
  return {
    width: 1,
    alloc,
    scratch,
    gemm: (opA, opB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc) =>
      embed([a, b, c], (x, y, z) => complex.gemm(opA, opB, m, n, k, alpha, x!, lda, y!, ldb, beta, z!, ldc)),
    hermitianOverlap: (n, k, a, lda, b, ldb, c, ldc) =>
      embed([a, b, c], (x, y, z) => complex.hermitianOverlap(n, k, x!, lda, y!, ldb, z!, ldc)),
    cholesky: (n, a, lda) => embed([a], (x) => complex.cholesky(n, x!, lda)),
    solveTriangularRight: (m, n, r, ldr, x, ldx) =>
      embed([r, x], (y, z) => complex.solveTriangularRight(m, n, y!, ldr, z!, ldx)),
    solveTriangularLeft: (n, m, r, ldr, isTransposed, x, ldx) =>
      embed([r, x], (y, z) => complex.solveTriangularLeft(n, m, y!, ldr, isTransposed, z!, ldx)),
    eigh: (n, a, lda, values, v, ldv) => embed([a, v], (x, y) => complex.eigh(n, x!, lda, values, y!, ldv)),
    columnNorms2: (out, n, nBands, x) => embed([x], (y) => complex.columnNorms2(out, n, nBands, y!)),
    columnDots: (out, n, nBands, x, y) =>
      embed([out, x, y], (o, u, v) => complex.columnDots(o!, n, nBands, u!, v!)),
    columnWeightedNorms2: (out, n, nBands, d, x) =>
      embed([x], (y) => complex.columnWeightedNorms2(out, n, nBands, d, y!)),
    scaleColumns: (n, nBands, s, x) => embed([x], (y) => complex.scaleColumns(n, nBands, s, y!)),
    // Inputs first: `out` may be one of them, and the copy made last is written back last.
    addScaledColumns: (out, n, nBands, y, s, x) =>
      embed([y, x, out], (u, v, o) => complex.addScaledColumns(o!, n, nBands, u!, s, v!)),
    multiplyRows: (out, n, nBands, d, x) =>
      embed([x, out], (y, o) => complex.multiplyRows(o!, n, nBands, d, y!)),
    tpa: (n, nBands, t, s, x) => embed([x], (y) => complex.tpa(n, nBands, t, s, y!)),
  };
}
