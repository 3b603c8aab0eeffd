import { random } from "../common/random.ts";
import type { Arithmetic } from "../kernels/kernels.ts";

/** Small dense matrices of an orthonormalisation, reused between calls. */
interface Work {
  /** [2·nFixed·nNew] */ readonly coefficients: Float64Array;
  /** [2·nNew²] */ readonly gram: Float64Array;
  /** [nNew] */ readonly norms: Float64Array;
}

/** A panel Q (n × count) to be orthogonal to, with the Cholesky factor R of QᴴQ = RᴴR. */
export interface FixedSpace {
  readonly q: Float64Array;
  readonly count: number;
  /** [2·count²], upper triangular. */
  readonly factor: Float64Array;
}

/**
 * Orthonormalises W and makes it orthogonal to Q, W ← W − Q (QᴴQ)⁻¹ QᴴW, by block Gram-Schmidt and
 * Cholesky QR, repeated until orthogonal to 1e-13. Linearly dependent columns are replaced by
 * random ones, so that the result has full rank.
 *
 * @param w panel n × nNew, overwritten.
 * @param seed of the random columns.
 */
export function orthonormalizeAgainst(
  kernels: Arithmetic,
  n: number,
  { q, count: nFixed, factor }: FixedSpace,
  w: Float64Array,
  nNew: number,
  { coefficients, gram, norms }: Work,
  seed: number,
): void {
  if (nNew === 0) return;
  normalizeColumns(kernels, n, w, nNew, norms);
  for (let pass = 0; pass < 8; pass++) {
    if (nFixed > 0) {
      kernels.gemm("C", "N", nFixed, nNew, n, 1, q, n, w, n, 0, coefficients, nFixed);
      kernels.solveTriangularLeft(nFixed, nNew, factor, nFixed, true, coefficients, nFixed);
      kernels.solveTriangularLeft(nFixed, nNew, factor, nFixed, false, coefficients, nFixed);
      kernels.gemm("N", "N", n, nNew, nFixed, -1, q, n, coefficients, nFixed, 1, w, n);
    }
    kernels.columnNorms2(norms, n, nNew, w);
    let smallest = 1;
    for (let j = 0; j < nNew; j++) {
      const norm = Math.sqrt(norms[j]!);
      // After cancellation this strong only rounding is left: take a random column.
      if (!(norm > 1e-10)) randomColumn(w, kernels.width * n, j, seed + 7919 * (pass + 1) + j);
      smallest = Math.min(smallest, norm);
    }
    if (smallest <= 1e-10) {
      normalizeColumns(kernels, n, w, nNew, norms);
      continue;
    }
    normalizeColumns(kernels, n, w, nNew, norms);
    kernels.hermitianOverlap(nNew, n, w, n, w, n, gram, nNew);
    if (smallest > 0.01 && isIdentity(gram, nNew, kernels.width)) return;
    if (!kernels.cholesky(nNew, gram, nNew)) {
      // Numerically dependent columns: a shifted Cholesky QR conditions them for the next pass.
      kernels.hermitianOverlap(nNew, n, w, n, w, n, gram, nNew);
      for (let j = 0; j < nNew; j++) gram[kernels.width * (j + j * nNew)]! += 1e-13 * nNew;
      if (!kernels.cholesky(nNew, gram, nNew)) {
        for (let j = 0; j < nNew; j++) randomColumn(w, kernels.width * n, j, seed + 104729 * (pass + 1) + j);
        normalizeColumns(kernels, n, w, nNew, norms);
        continue;
      }
      kernels.solveTriangularRight(n, nNew, gram, nNew, w, n);
      continue;
    }
    kernels.solveTriangularRight(n, nNew, gram, nNew, w, n);
    let least = 1;
    for (let j = 0; j < nNew; j++) least = Math.min(least, gram[kernels.width * (j + j * nNew)]!);
    // Errors 2⁻⁵³/smallest (projection) and 2⁻⁵³/least² (Cholesky QR) are below 1e-13 here.
    if (smallest > 0.01 && least > 0.05) return;
  }
}

/** Whether vectors with this Gram matrix, of order n, are orthonormal already. */
function isIdentity(gram: Float64Array, n: number, width: 1 | 2): boolean {
  for (let j = 0; j < n; j++)
    for (let i = width * n * j; i < width * n * (j + 1); i++) {
      const expected = i === width * (n + 1) * j ? 1 : 0;
      if (!(Math.abs(gram[i]! - expected) <= ORTHOGONAL)) return false;
    }
  return true;
}

/** Largest product of two vectors of norm 1 that are orthogonal to rounding. */
const ORTHOGONAL = 1e-14;

export function normalizeColumns(
  kernels: Arithmetic,
  n: number,
  w: Float64Array,
  nNew: number,
  norms: Float64Array,
): void {
  kernels.columnNorms2(norms, n, nNew, w);
  for (let j = 0; j < nNew; j++) norms[j] = norms[j]! > 0 ? 1 / Math.sqrt(norms[j]!) : 1;
  kernels.scaleColumns(n, nNew, norms, w);
}

/** Fills a column of n numbers. */
function randomColumn(w: Float64Array, n: number, column: number, seed: number): void {
  const stream = random(seed);
  for (let i = n * column; i < n * (column + 1); i++) w[i] = stream.normal();
}
