import { invariant } from "../common/failure.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { orthonormalizeAgainst } from "./orthonormalize.ts";

/** A Hermitian operator on panels of vectors of length n. */
export interface HermitianOperator {
  readonly n: number;
  /** out ← H x for a panel of nVectors columns. */
  applyInto(out: Float64Array, x: Float64Array, nVectors: number): void;
  /** residuals ← approximately (H − λ)⁻¹ residuals, in place; `x` holds the vectors they belong to. */
  preconditionInto(residuals: Float64Array, x: Float64Array, nVectors: number): void;
}

export interface LobpcgOptions {
  /** Residual norm ‖Hx − λx‖ at which a vector counts as converged. */
  readonly tolerance: number;
  /** How many of the lowest vectors must converge; the others only help. */
  readonly nConverge: number;
  readonly maxIterations: number;
  /** Do at least this many iterations. */
  readonly minIterations?: number;
}

export interface LobpcgResult {
  /** Ascending, all of the block. */
  readonly values: Float64Array;
  /** ‖Hx − λx‖ of each. */
  readonly residualNorms: Float64Array;
  readonly iterations: number;
  /** Vectors the operator was applied to. */
  readonly applications: number;
  readonly converged: boolean;
}

/** Panels and small matrices for blocks of at most `maxVectors` vectors of length at most `maxLength`. */
export interface LobpcgWorkspace {
  readonly maxLength: number;
  readonly maxVectors: number;
  /** S = [X P W] and H S, [2·n·3m] each. */
  readonly s: Float64Array;
  readonly hs: Float64Array;
  /** New X and P, [2·n·m] each. */
  readonly newX: Float64Array;
  readonly newP: Float64Array;
  /** Rayleigh-Ritz matrix, its eigenvectors, coefficients of P, scratch: [2·(3m)²] each. */
  readonly small: readonly [Float64Array, Float64Array, Float64Array, Float64Array];
  readonly values: Float64Array;
  readonly norms: Float64Array;
}

export function lobpcgWorkspace(kernels: Kernels, maxLength: number, maxVectors: number): LobpcgWorkspace {
  const panel = (columns: number) => kernels.alloc(2 * maxLength * columns);
  const square = () => kernels.alloc(2 * (3 * maxVectors) ** 2);
  return {
    maxLength,
    maxVectors,
    s: panel(3 * maxVectors),
    hs: panel(3 * maxVectors),
    newX: panel(maxVectors),
    newP: panel(maxVectors),
    small: [square(), square(), square(), square()],
    values: kernels.alloc(3 * maxVectors),
    norms: kernels.alloc(3 * maxVectors),
  };
}

/**
 * Lowest eigenpairs by the locally optimal block preconditioned conjugate gradient method, in the basis
 * S = [X P W] of Ritz vectors, previous directions and preconditioned residuals, kept orthonormal throughout:
 * P is formed from coefficients orthogonal to those of the new X, W is orthogonalised against both, and H is applied
 * to W alone. Then XᴴHX = Λ and XᴴHP = 0 need no products [Kny01; DL17].
 * Converged vectors stay in X but send no more directions.
 *
 * @param x start vectors, panel n × m of full rank, overwritten by the Ritz vectors.
 */
export function lobpcg(
  kernels: Kernels,
  operator: HermitianOperator,
  x: Float64Array,
  m: number,
  work: LobpcgWorkspace,
  { tolerance, nConverge, maxIterations, minIterations = 0 }: LobpcgOptions,
): LobpcgResult {
  const { n } = operator;
  invariant(n <= work.maxLength && m <= work.maxVectors, () => `lobpcg: workspace too small for ${n} × ${m}`);
  invariant(m <= n, () => `lobpcg: ${m} vectors asked of a space of dimension ${n}`);
  const { s, hs, newX, newP, values, norms } = work;
  const [a, c, cP, spare] = work.small;
  const columns = (panel: Float64Array, from: number, count: number) =>
    panel.subarray(2 * n * from, 2 * n * (from + count));
  const orthoWork = { coefficients: spare, gram: cP, norms };

  // X: orthonormal Ritz vectors of the start block.
  s.set(x.subarray(0, 2 * n * m));
  orthonormalizeAgainst(kernels, n, s, 0, columns(s, 0, m), m, orthoWork, 1);
  operator.applyInto(columns(hs, 0, m), columns(s, 0, m), m);
  let applications = m;
  kernels.hermitianOverlap(m, n, s, n, hs, n, a, m);
  kernels.eigh(m, a, m, values, c, m);
  rotate(kernels, n, m, m, s, c, m, newX);
  rotate(kernels, n, m, m, hs, c, m, newX);

  const lambda = new Float64Array(m);
  const residualNorms = new Float64Array(m);
  let nP = 0;
  let iterations = 0;
  for (; ; iterations++) {
    lambda.set(values.subarray(0, m));
    // R = HX − XΛ
    for (let j = 0; j < m; j++) norms[j] = -lambda[j]!;
    kernels.addScaledColumns(newX, n, m, columns(hs, 0, m), norms, columns(s, 0, m));
    kernels.columnNorms2(norms, n, m, newX);
    for (let j = 0; j < m; j++) residualNorms[j] = Math.sqrt(norms[j]!);
    const done = residualNorms.subarray(0, nConverge).every((r) => r <= tolerance);
    if ((done && iterations >= minIterations) || iterations >= maxIterations) break;

    // W: preconditioned residuals of the vectors that are not converged, as many as the space has room for.
    const active = Array.from(residualNorms.keys()).filter((j) => residualNorms[j]! > tolerance);
    const chosen = (active.length > 0 ? active : Array.from(residualNorms.keys())).slice(0, n - m);
    if (chosen.length === 0) break;
    nP = Math.min(nP, n - m - chosen.length);
    const nW = chosen.length;
    const fixed = m + nP;
    const size = fixed + nW;
    const w = columns(s, fixed, nW);
    const hw = columns(hs, fixed, nW);
    chosen.forEach((j, i) => {
      columns(w, i, 1).set(columns(newX, j, 1));
      columns(newP, i, 1).set(columns(s, j, 1));
    });
    operator.preconditionInto(w, newP, nW);
    orthonormalizeAgainst(kernels, n, s, fixed, w, nW, orthoWork, 31 * iterations + 17);
    operator.applyInto(hw, w, nW);
    applications += nW;

    // Rayleigh-Ritz: a = SᴴHS, lower triangle.
    assemble(kernels, n, m, nP, nW, s, hs, lambda, a, spare, cP, size);
    kernels.eigh(size, a, size, values, c, size);

    // Coefficients of the next P: what the chosen vectors moved by, orthogonal to the new X.
    const nextP = directionCoefficients(kernels, size, m, chosen, c, cP, spare, norms) ? nW : 0;
    kernels.gemm("N", "N", n, m, size, 1, s, n, c, size, 0, newX, n);
    if (nextP > 0) kernels.gemm("N", "N", n, nextP, size, 1, s, n, cP, size, 0, newP, n);
    columns(s, 0, m).set(columns(newX, 0, m));
    columns(s, m, nextP).set(columns(newP, 0, nextP));
    kernels.gemm("N", "N", n, m, size, 1, hs, n, c, size, 0, newX, n);
    if (nextP > 0) kernels.gemm("N", "N", n, nextP, size, 1, hs, n, cP, size, 0, newP, n);
    columns(hs, 0, m).set(columns(newX, 0, m));
    columns(hs, m, nextP).set(columns(newP, 0, nextP));
    nP = nextP;
  }
  x.set(columns(s, 0, m));
  return {
    values: lambda,
    residualNorms,
    iterations,
    applications,
    converged: residualNorms.subarray(0, nConverge).every((r) => r <= tolerance),
  };
}

/** panel (n × m) ← panel · c (m × k), through `out`. */
function rotate(
  kernels: Kernels,
  n: number,
  m: number,
  k: number,
  panel: Float64Array,
  c: Float64Array,
  ldc: number,
  out: Float64Array,
): void {
  kernels.gemm("N", "N", n, k, m, 1, panel, n, c, ldc, 0, out, n);
  panel.set(out.subarray(0, 2 * n * k));
}

/** a ← Sᴴ H S (size × size, lower triangle) for S = [X P W], using XᴴHX = Λ and XᴴHP = 0. */
function assemble(
  kernels: Kernels,
  n: number,
  m: number,
  nP: number,
  nW: number,
  s: Float64Array,
  hs: Float64Array,
  lambda: Float64Array,
  a: Float64Array,
  block: Float64Array,
  square: Float64Array,
  size: number,
): void {
  const fixed = m + nP;
  a.fill(0, 0, 2 * size * size);
  for (let j = 0; j < m; j++) a[2 * (j + j * size)] = lambda[j]!;
  const put = (from: Float64Array, count: number, at: number) => {
    for (let j = 0; j < count; j++)
      a.set(from.subarray(2 * j * count, 2 * (j + 1) * count), 2 * (at + (at + j) * size));
  };
  if (nP > 0) {
    kernels.hermitianOverlap(nP, n, s.subarray(2 * n * m), n, hs.subarray(2 * n * m), n, square, nP);
    put(square, nP, m);
  }
  // WᴴH[X P]: rows `fixed…` of the lower triangle.
  kernels.gemm("C", "N", nW, fixed, n, 1, hs.subarray(2 * n * fixed), n, s, n, 0, block, nW);
  for (let j = 0; j < fixed; j++) a.set(block.subarray(2 * j * nW, 2 * (j + 1) * nW), 2 * (fixed + j * size));
  kernels.hermitianOverlap(nW, n, s.subarray(2 * n * fixed), n, hs.subarray(2 * n * fixed), n, square, nW);
  put(square, nW, fixed);
}

/**
 * cP (size × |chosen|) ← orthonormal coefficients spanning { c_j − e_j : j chosen } made orthogonal to the first m
 * columns of c. Returns false if they are numerically dependent: then the next iteration goes without P.
 */
function directionCoefficients(
  kernels: Kernels,
  size: number,
  m: number,
  chosen: readonly number[],
  c: Float64Array,
  cP: Float64Array,
  spare: Float64Array,
  norms: Float64Array,
): boolean {
  const count = chosen.length;
  chosen.forEach((j, i) => {
    cP.set(c.subarray(2 * size * j, 2 * size * (j + 1)), 2 * size * i);
    cP[2 * (size * i + j)]! -= 1;
  });
  const gram = spare.subarray(2 * m * count, 2 * (m * count + count * count));
  for (let pass = 0; pass < 2; pass++) {
    kernels.gemm("C", "N", m, count, size, 1, c, size, cP, size, 0, spare, m);
    kernels.gemm("N", "N", size, count, m, -1, c, size, spare, m, 1, cP, size);
    kernels.columnNorms2(norms, size, count, cP);
    for (let j = 0; j < count; j++) {
      if (!(norms[j]! > 1e-28)) return false;
      norms[j] = 1 / Math.sqrt(norms[j]!);
    }
    kernels.scaleColumns(size, count, norms, cP);
    kernels.hermitianOverlap(count, size, cP, size, cP, size, gram, count);
    if (!kernels.cholesky(count, gram, count)) return false;
    kernels.solveTriangularRight(size, count, gram, count, cP, size);
  }
  return true;
}
