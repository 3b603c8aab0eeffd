import { invariant } from "../common/failure.ts";
import type { Arithmetic } from "../kernels/kernels.ts";
import { FINEST, roundingOf } from "./lobpcg-rounding.ts";
import {
  directions,
  factorGram,
  LEAST_OF_W,
  NOTHING_SEARCHED,
  type Panels,
  panelsOf,
  putTurn,
  rayleighRitz,
  runsOf,
  turnToReal,
  turnVectors,
  updateBlocks,
} from "./lobpcg-search.ts";
import type { LobpcgWorkspace } from "./lobpcg-workspace.ts";
import { normalizeColumns, orthonormalizeAgainst } from "./orthonormalize.ts";

/** A Hermitian operator on panels of vectors of length n. */
export interface HermitianOperator {
  readonly n: number;
  /**
   * out ← H x for a panel of nVectors columns.
   *
   * @param mayRound whether numbers in it may be rounded to float32. Default false.
   */
  applyInto(out: Float64Array, x: Float64Array, nVectors: number, mayRound?: boolean): void;
  /**
   * Returns by how much rounding within H [Ha] exceeds that of x, both as vectors of norm 1, where
   * that is more than ‖Hx‖. Default 0.
   */
  amplification?(): number;
  /** residuals ← approximate (H − λ)⁻¹ residuals, in place; `x` holds their Ritz vectors. */
  preconditionInto(residuals: Float64Array, x: Float64Array, nVectors: number): void;
}

export interface LobpcgOptions {
  /** Residual norm ‖Hx − λx‖ at which a vector counts as converged. */
  readonly tolerance: number;
  /** Number of lowest vectors that must converge; the others only speed them up. */
  readonly nConverge: number;
  readonly maxIterations: number;
  /** Smallest number of iterations. */
  readonly minIterations?: number;
  /**
   * Whether what changes the vectors may be computed in products of factors rounded to float32,
   * where that rounding is far below the tolerance. Default false.
   */
  readonly mayRound?: boolean;
}

export interface LobpcgResult {
  /** Eigenvalues of the whole block, ascending. */
  readonly values: Float64Array;
  /** ‖Hx − λx‖ of each vector. */
  readonly residualNorms: Float64Array;
  readonly iterations: number;
  /** Number of vectors the operator was applied to. */
  readonly applications: number;
  readonly converged: boolean;
}

/**
 * Finds the lowest eigenpairs by the locally optimal block preconditioned conjugate gradient
 * method, in the basis S = [X P W] of Ritz vectors, previous directions and preconditioned
 * residuals [Kny01; DL17].
 *
 * X and P are each orthonormal and the columns of W have norm 1. The Rayleigh-Ritz problem
 * A c = G c Λ has the Gram matrix G = SᴴS: small matrices in place of products of panels. With
 * the coefficients c of the new Ritz vectors the new directions are their parts in P and W, so that
 * one product gives both:
 *
 *   T = [P W] c_PW,   X⁺ = X + X (c_X − 1) + T,   P⁺ = columns of T not converged
 *
 * The Gram matrix of [X P] and all products with H except H W follow from the small problem, so H
 * is applied to W alone. Converged vectors stay in X but add no directions.
 *
 * Products with W, X (c_X − 1) and T are of the size of the change of X: their factors may be
 * rounded to float32, and H W on the grid, where that times the change is far below the tolerance.
 * X, HX and residuals are of float64, and X is orthonormal to its rounding at the end.
 *
 * @param x start vectors, panel n × m of full rank, overwritten by the Ritz vectors. May be the
 *   first columns of S in the workspace.
 */
export function lobpcg(
  kernels: Arithmetic,
  operator: HermitianOperator,
  x: Float64Array,
  m: number,
  work: LobpcgWorkspace,
  { tolerance, nConverge, maxIterations, minIterations = 0, mayRound = false }: LobpcgOptions,
): LobpcgResult {
  const { n } = operator;
  const { width } = kernels;
  const isLarge = n <= work.maxLength && m <= work.maxVectors && width <= work.width;
  invariant(isLarge, () => `lobpcg: workspace too small for ${n} × ${m}`);
  invariant(m <= n, () => `lobpcg: ${m} vectors asked of a space of dimension ${n}`);
  const { s, hs, t, norms, maxDirections } = work;
  let rounding =
    mayRound && tolerance >= FINEST
      ? roundingOf(m, nConverge, tolerance, operator.amplification?.())
      : undefined;
  let panels = panelsOf(kernels, n, m, work, rounding);
  const lambda = new Float64Array(m);
  const residualNorms = new Float64Array(m);
  // 1 and more for the last digits: W is then orthonormalised in any case.
  const leastOfW = Math.max(LEAST_OF_W, Math.sqrt(ROUNDING / tolerance));
  const isConverged = (): boolean => residualNorms.subarray(0, nConverge).every((norm) => norm <= tolerance);

  startBlock(panels, operator, x, lambda);
  let applications = m;
  let searched = NOTHING_SEARCHED;
  let iterations = 0;
  for (; ; iterations++) {
    // R = HX − XΛ
    for (let j = 0; j < m; j++) norms[j] = -lambda[j]!;
    kernels.addScaledColumns(t, n, m, hs.subarray(0, width * n * m), norms, s.subarray(0, width * n * m));
    kernels.columnNorms2(norms, n, m, t);
    for (let j = 0; j < m; j++) residualNorms[j] = Math.sqrt(norms[j]!);
    if ((isConverged() && iterations >= minIterations) || iterations >= maxIterations) break;

    const chosen = activeVectors(residualNorms, tolerance, nConverge).slice(
      0,
      Math.min(n - m, maxDirections),
    );
    const nW = chosen.length;
    if (nW === 0) break; // X spans the whole space
    const roundings = directions(panels, searched, new Set(chosen), n - m - nW);
    const nP = roundings.length;

    // W: preconditioned residuals of norm 1, with X and P linearly independent.
    const w = panels.columns(s, m + nP, nW);
    const hw = panels.columns(hs, m + nP, nW);
    for (const [at, j, count] of runsOf(chosen)) {
      const part = panels.columns(s, m + nP + at, count);
      part.set(panels.columns(t, j, count));
      operator.preconditionInto(part, panels.columns(s, j, count), count);
    }
    normalizeColumns(kernels, n, w, nW, norms);
    const largest = residualNorms.subarray(0, nConverge).reduce((most, norm) => Math.max(most, norm), 0);
    const isRounded = rounding?.allows(CHANGE_PER_RESIDUAL * largest) ?? false;
    factorGram(panels, isRounded, nP, nW, { least: leastOfW, seed: 31 * iterations });
    operator.applyInto(hw, w, nW, isRounded);
    applications += nW;
    kernels.columnNorms2(norms, n, nW, hw);
    rounding?.setEnergy(Math.sqrt(norms.subarray(0, nW).reduce((most, norm) => Math.max(most, norm), 0)));

    rayleighRitz(panels, isRounded, nP, nW, lambda);
    const ofW = new Float64Array(nW).fill(isRounded ? 1 : 0);
    searched = updateBlocks(panels, Float64Array.of(...roundings, ...ofW), nP, nW, chosen);
    lambda.set(work.values.subarray(0, m));
    if (rounding?.isSpoiled) {
      // All anew in float64: other vectors with H x of before, and P, would bring the errors back.
      rounding = undefined;
      panels = panelsOf(kernels, n, m, work, rounding);
      startBlock(panels, operator, s, lambda);
      applications += m;
      searched = NOTHING_SEARCHED;
    }
  }
  if (rounding?.isUsed) makeOrthonormal(panels);
  x.set(s.subarray(0, width * n * m));
  return { values: lambda, residualNorms, iterations, applications, converged: isConverged() };
}

/**
 * Returns the vectors that add a search direction: unconverged ones, and the extra ones above while
 * their residual exceeds EXTRA_FACTOR times the tolerance. An extra vector helps by being roughly
 * right; converging it further does not speed up the others. With factor 10 aluminium (fcc, slabs
 * of 4 and 10 layers) takes 6 to 17 % fewer applications of H than with factor 1.
 */
function activeVectors(residualNorms: Float64Array, tolerance: number, nConverge: number): number[] {
  const all = Array.from(residualNorms.keys());
  const active = all.filter(
    (j) => residualNorms[j]! > (j < nConverge ? tolerance : EXTRA_FACTOR * tolerance),
  );
  return active.length > 0 ? active : all;
}
const EXTRA_FACTOR = 10;

/** Makes the start block orthonormal Ritz vectors: X, HX, Λ. */
function startBlock(
  panels: Panels,
  { applyInto }: HermitianOperator,
  x: Float64Array,
  lambda: Float64Array,
): void {
  const { kernels, rounding, n, m, s, hs, small, values, columns } = panels;
  const { width } = kernels;
  const start = columns(s, 0, m);
  start.set(x.subarray(0, start.length));
  const orthoWork = { coefficients: small.scratch, gram: small.factor, norms: panels.norms };
  orthonormalizeAgainst(kernels, n, { q: s, count: 0, factor: small.factor }, start, m, orthoWork, 1);
  applyInto(columns(hs, 0, m), start, m, rounding?.round(new Float64Array(m).fill(1)));
  kernels.hermitianOverlap(m, n, s, n, hs, n, small.reduced, m);
  kernels.eigh(m, small.reduced, m, values, small.c, m);
  lambda.set(values.subarray(0, m));
  if (rounding !== undefined) turnToReal(width, small.c, m, m);
  rounding?.turn(width, small.c, m);
  const turn = rounding?.round(putTurn(width, small.scratch, small.c, m, m));
  for (const panel of [s, hs]) turnVectors(panels, panel, small.c, m, turn, 0);
}

/** Rounding in residuals [Ha], a few hundred units of the last place for energies of some Ha. */
const ROUNDING = 1000 * 2 ** -52;
/** How far a residual [Ha] moves its vector in a step, the inverse of the gaps to higher levels. */
const CHANGE_PER_RESIDUAL = 4;

/**
 * X ← X (1 − U), U the upper triangle of XᴴX − 1 with half of its diagonal, until X that was so to
 * float32 is orthonormal to rounding. What does not converge changes for what does.
 */
function makeOrthonormal({ kernels, n, m, s, t, norms, small: { scratch } }: Panels): void {
  const { width } = kernels;
  for (let pass = 0; pass < 2; pass++) {
    kernels.hermitianOverlap(m, n, s, n, s, n, scratch, m);
    let largest = 0;
    for (let j = 0; j < m; j++) {
      const diagonal = width * (j + m * j);
      scratch[diagonal] = (scratch[diagonal]! - 1) / 2;
      scratch.fill(0, diagonal + width, width * m * (j + 1));
      for (let i = width * m * j; i <= diagonal; i++) largest = Math.max(largest, Math.abs(scratch[i]!));
    }
    (kernels.single ?? kernels).gemm("N", "N", n, m, m, 1, s, n, scratch, m, 0, t, n);
    norms.fill(-1, 0, m);
    kernels.addScaledColumns(s, n, m, s, norms, t);
    if (largest < NEARLY_ORTHONORMAL) return;
  }
}

/** Its square is rounding. */
const NEARLY_ORTHONORMAL = 1e-8;
