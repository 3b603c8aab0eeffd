import { eigenOwnWork, eigenpairs, eigenWork, reduce, rotate, transformBack } from "./eigh";
import { overlapOf, productOf, productWork } from "./product";
import { choleskyOf, solveLeft, solveRight } from "./solve";
import { potentialOn } from "./sphere-fft";

export { transformGrid } from "./grid-fft";
export { accumulateDensity, gridToSphere, permuteReal, sphereToGrid } from "./sphere-fft";
export {
  addScaledColumns, allPositive, columnDots, columnNorms2, columnWeightedNorms2, multiplyRows, scaleColumns, tpa,
} from "./columns";
export { applyRealPotential } from "./real/pairs";
export { applySinglePotential, applySingleRealPotential } from "./single/potential";
export {
  realAddScaledColumns, realColumnDots, realColumnWeightedNorms2, realMultiplyRows, realScaleColumns, realTpa,
} from "./real/columns";

/** hpsi ← hpsi + V ψ. */
export function applyPotential(
  plan: usize, hpsi: usize, psi: usize, v: usize, bandBytes: usize, nBands: usize, work: usize,
): void {
  potentialOn<f64>(plan, hpsi, psi, v, bandBytes, nBands, true, work);
}

// Dense algebra of complex numbers, v128, and of real ones.
export function gemmWork(m: usize, n: usize, k: usize): usize {
  return productWork<v128>(m, n, k);
}
export function gemm(
  isConjA: bool, isConjB: bool, m: usize, n: usize, k: usize, alpha: f64, a: usize, lda: usize, b: usize, ldb: usize,
  beta: f64, c: usize, ldc: usize, upper: bool, work: usize,
): void {
  productOf<v128, f64>(isConjA, isConjB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, upper, work);
}
export function hermitianOverlap(
  first: usize, count: usize, k: usize, a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, work: usize,
): void {
  overlapOf<v128, f64>(first, count, k, a, lda, b, ldb, c, ldc, work);
}
export function cholesky(n: usize, a: usize, lda: usize, work: usize): bool {
  return choleskyOf<v128>(n, a, lda, work);
}
export function solveTriangularLeft(
  n: usize, m: usize, r: usize, ldr: usize, isConj: bool, x: usize, ldx: usize, work: usize,
): void {
  solveLeft<v128>(n, m, r, ldr, isConj, x, ldx, work);
}
export function solveTriangularRight(
  m: usize, n: usize, r: usize, ldr: usize, x: usize, ldx: usize, work: usize,
): void {
  solveRight<v128>(m, n, r, ldr, x, ldx, work);
}
export function eighWork(n: usize): usize {
  return eigenWork<v128>(n);
}
export function eighOwnWork(n: usize): usize {
  return eigenOwnWork<v128>(n);
}
export function eighReduce(n: usize, a: usize, lda: usize, work: usize): bool {
  return reduce<v128>(n, a, lda, work);
}
export function eighRotate(
  n: usize, first: usize, count: usize, values: usize, v: usize, ldv: usize, work: usize, own: usize,
): void {
  rotate<v128>(n, first, count, values, v, ldv, work, own);
}
export function eighTransformBack(
  n: usize, a: usize, lda: usize, first: usize, count: usize, v: usize, ldv: usize, work: usize, own: usize,
): void {
  transformBack<v128>(n, a, lda, first, count, v, ldv, work, own);
}
export function eigh(n: usize, a: usize, lda: usize, values: usize, v: usize, ldv: usize, work: usize): bool {
  return eigenpairs<v128>(n, a, lda, values, v, ldv, work);
}
export { isIterated } from "./eigh";
export function realGemmWork(m: usize, n: usize, k: usize): usize {
  return productWork<f64>(m, n, k);
}
export function realGemm(
  isConjA: bool, isConjB: bool, m: usize, n: usize, k: usize, alpha: f64, a: usize, lda: usize, b: usize, ldb: usize,
  beta: f64, c: usize, ldc: usize, upper: bool, work: usize,
): void {
  productOf<f64, f64>(isConjA, isConjB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, upper, work);
}
export function symmetricOverlap(
  first: usize, count: usize, k: usize, a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, work: usize,
): void {
  overlapOf<f64, f64>(first, count, k, a, lda, b, ldb, c, ldc, work);
}
export function realCholesky(n: usize, a: usize, lda: usize, work: usize): bool {
  return choleskyOf<f64>(n, a, lda, work);
}
export function realSolveTriangularLeft(
  n: usize, m: usize, r: usize, ldr: usize, isConj: bool, x: usize, ldx: usize, work: usize,
): void {
  solveLeft<f64>(n, m, r, ldr, isConj, x, ldx, work);
}
export function realSolveTriangularRight(
  m: usize, n: usize, r: usize, ldr: usize, x: usize, ldx: usize, work: usize,
): void {
  solveRight<f64>(m, n, r, ldr, x, ldx, work);
}
export function realEighWork(n: usize): usize {
  return eigenWork<f64>(n);
}
export function realEighOwnWork(n: usize): usize {
  return eigenOwnWork<f64>(n);
}
export function realEighReduce(n: usize, a: usize, lda: usize, work: usize): bool {
  return reduce<f64>(n, a, lda, work);
}
export function realEighRotate(
  n: usize, first: usize, count: usize, values: usize, v: usize, ldv: usize, work: usize, own: usize,
): void {
  rotate<f64>(n, first, count, values, v, ldv, work, own);
}
export function realEighTransformBack(
  n: usize, a: usize, lda: usize, first: usize, count: usize, v: usize, ldv: usize, work: usize, own: usize,
): void {
  transformBack<f64>(n, a, lda, first, count, v, ldv, work, own);
}
export function realEigh(n: usize, a: usize, lda: usize, values: usize, v: usize, ldv: usize, work: usize): bool {
  return eigenpairs<f64>(n, a, lda, values, v, ldv, work);
}

// Products whose factors are rounded to float32; the second factor is never conjugated.
export function singleGemm(
  isConjA: bool, _isConjB: bool, m: usize, n: usize, k: usize, alpha: f64, a: usize, lda: usize, b: usize, ldb: usize,
  beta: f64, c: usize, ldc: usize, upper: bool, work: usize,
): void {
  productOf<v128, f32>(isConjA, false, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, upper, work);
}
export function singleOverlap(
  first: usize, count: usize, k: usize, a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, work: usize,
): void {
  overlapOf<v128, f32>(first, count, k, a, lda, b, ldb, c, ldc, work);
}
export function realSingleGemm(
  isConjA: bool, _isConjB: bool, m: usize, n: usize, k: usize, alpha: f64, a: usize, lda: usize, b: usize, ldb: usize,
  beta: f64, c: usize, ldc: usize, upper: bool, work: usize,
): void {
  productOf<f64, f32>(isConjA, false, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, upper, work);
}
export function realSingleOverlap(
  first: usize, count: usize, k: usize, a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, work: usize,
): void {
  overlapOf<f64, f32>(first, count, k, a, lda, b, ldb, c, ldc, work);
}
export { addRounded, roundColumns } from "./single/convert";
