import { invariant } from "../common/failure.ts";
import type { Arithmetic } from "../kernels/kernels.ts";
import type { LobpcgWorkspace, SmallMatrices } from "./lobpcg-workspace.ts";
import { normalizeColumns, orthonormalizeAgainst } from "./orthonormalize.ts";

/** A Hermitian operator on panels of vectors of length n. */
export interface HermitianOperator {
  readonly n: number;
  /** out ← H x for a panel of nVectors columns. */
  applyInto(out: Float64Array, x: Float64Array, nVectors: number): void;
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
 *   T = [P W] c_PW,   X⁺ = X c_X + T,   P⁺ = columns of T whose vectors have not converged
 *
 * The Gram matrix of [X P] and all products with H except H W follow from the small problem, so H
 * is applied to W alone. Converged vectors stay in X but add no directions.
 *
 * @param x start vectors, panel n × m of full rank, overwritten by the Ritz vectors.
 */
export function lobpcg(
  kernels: Arithmetic,
  operator: HermitianOperator,
  x: Float64Array,
  m: number,
  work: LobpcgWorkspace,
  { tolerance, nConverge, maxIterations, minIterations = 0 }: LobpcgOptions,
): LobpcgResult {
  const { n } = operator;
  const { width } = kernels;
  const isLarge = n <= work.maxLength && m <= work.maxVectors && width <= work.width;
  invariant(isLarge, () => `lobpcg: workspace too small for ${n} × ${m}`);
  invariant(m <= n, () => `lobpcg: ${m} vectors asked of a space of dimension ${n}`);
  const { s, hs, t, norms, maxDirections } = work;
  const panels = panelsOf(kernels, n, m, work);
  const lambda = new Float64Array(m);
  const residualNorms = new Float64Array(m);
  // 1 and more for the last digits: W is then orthonormalised in any case.
  const leastOfW = Math.max(LEAST_OF_W, Math.sqrt(ROUNDING / tolerance));
  const isConverged = (): boolean => residualNorms.subarray(0, nConverge).every((norm) => norm <= tolerance);

  startBlock(panels, operator, x, lambda);
  let applications = m;
  let searched: Searched = { size: m, columns: [] };
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
    const nP = directions(panels, searched, new Set(chosen), n - m - nW);

    // W: preconditioned residuals of norm 1, with X and P linearly independent.
    const w = panels.columns(s, m + nP, nW);
    // Holds the Ritz vectors first.
    const hw = panels.columns(hs, m + nP, nW);
    chosen.forEach((j, i) => {
      w.set(panels.columns(t, j, 1), width * n * i);
      hw.set(panels.columns(s, j, 1), width * n * i);
    });
    operator.preconditionInto(w, hw, nW);
    normalizeColumns(kernels, n, w, nW, norms);
    factorGram(panels, nP, nW, leastOfW, 31 * iterations);
    operator.applyInto(hw, w, nW);
    applications += nW;

    rayleighRitz(panels, nP, nW, lambda);
    searched = updateBlocks(panels, nP, nW, chosen);
    lambda.set(work.values.subarray(0, m));
  }
  x.set(s.subarray(0, width * n * m));
  return { values: lambda, residualNorms, iterations, applications, converged: isConverged() };
}

/** The panels of one solve, n × m, with what works on them. */
interface Panels extends LobpcgWorkspace {
  readonly kernels: Arithmetic;
  readonly n: number;
  readonly m: number;
  /** Returns columns of a panel of n rows. */
  columns(panel: Float64Array, first: number, count: number): Float64Array;
}

function panelsOf(kernels: Arithmetic, n: number, m: number, work: LobpcgWorkspace): Panels {
  const column = kernels.width * n;
  return {
    ...work,
    kernels,
    n,
    m,
    columns: (panel, first, count) => panel.subarray(column * first, column * (first + count)),
  };
}

/** The last search: its dimension, and the vectors whose parts T stand in the place of P. */
interface Searched {
  readonly size: number;
  readonly columns: readonly number[];
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
function startBlock(panels: Panels, { applyInto }: HermitianOperator, x: Float64Array, lambda: Float64Array) {
  const { kernels, n, m, s, hs, t, small, values, columns } = panels;
  const start = columns(s, 0, m);
  start.set(x.subarray(0, start.length));
  const orthoWork = { coefficients: small.scratch, gram: small.factor, norms: panels.norms };
  orthonormalizeAgainst(kernels, n, { q: s, count: 0, factor: small.factor }, start, m, orthoWork, 1);
  applyInto(columns(hs, 0, m), start, m);
  kernels.hermitianOverlap(m, n, s, n, hs, n, small.reduced, m);
  kernels.eigh(m, small.reduced, m, values, small.c, m);
  lambda.set(values.subarray(0, m));
  for (const panel of [s, hs]) {
    kernels.gemm("N", "N", n, m, m, 1, panel, n, small.c, m, 0, t, n);
    panel.set(columns(t, 0, m));
  }
}

/**
 * Makes P of the columns of T whose vectors are `chosen`, orthonormal, with XᴴP and PᴴHP.
 * Returns their number: 0 where there are more than `most`, or where they nearly depend on X.
 */
function directions(
  { kernels, n, m, s, hs, small, norms, columns }: Panels,
  { size, columns: searched }: Searched,
  chosen: ReadonlySet<number>,
  most: number,
): number {
  const kept = Array.from(searched.keys()).filter((i) => chosen.has(searched[i]!));
  const nP = kept.length;
  if (nP === 0 || nP > most) return 0;
  const { width } = kernels;
  const { a, g, factor, c, cP, xp, php, scratch, reduced } = small;
  kept.forEach((from, to) => {
    if (from === to) return;
    cP.set(cP.subarray(width * size * from, width * size * (from + 1)), width * size * to);
    for (const panel of [s, hs]) columns(panel, m + to, 1).set(columns(panel, m + from, 1));
  });
  // Orthonormal columns: cPᴴ G cP = 1, by norms and by a Cholesky factorisation.
  const image = reduced;
  kernels.gemm("N", "N", size, nP, size, 1, g, size, cP, size, 0, image, size);
  kernels.columnDots(scratch, size, nP, cP, image);
  for (let j = 0; j < nP; j++) {
    if (!(scratch[width * j]! > 1e-28)) return 0;
    norms[j] = 1 / Math.sqrt(scratch[width * j]!);
  }
  for (const coefficients of [cP, image]) kernels.scaleColumns(size, nP, norms, coefficients);
  kernels.hermitianOverlap(nP, size, cP, size, image, size, factor, nP);
  if (!isIndependent(kernels, nP, factor, 0, LEAST_OF_P)) return 0;
  for (const coefficients of [cP, image])
    kernels.solveTriangularRight(size, nP, factor, nP, coefficients, size);
  for (const panel of [s, hs]) {
    const p = columns(panel, m, nP);
    kernels.scaleColumns(n, nP, norms, p);
    kernels.solveTriangularRight(n, nP, factor, nP, p, n);
  }
  kernels.gemm("C", "N", m, nP, size, 1, c, size, image, size, 0, xp, m);
  kernels.gemm("N", "N", size, nP, size, 1, a, size, cP, size, 0, image, size);
  kernels.hermitianOverlap(nP, size, cP, size, image, size, php, nP);
  putGram(kernels.width, factor, m + nP, m, nP, small);
  return isIndependent(kernels, m + nP, factor, m, LEAST_OF_P) ? nP : 0;
}

/** Rounding grows as 1/d², d the smallest diagonal element of a Cholesky factor of unit vectors. */
const LEAST_OF_P = 1e-2;
const LEAST_OF_W = 0.1;
/** Rounding in residuals [Ha], a few hundred units of the last place for energies of some Ha. */
const ROUNDING = 1000 * 2 ** -52;

/** Factorises a Gram matrix; whether no vector from `first` on is near the span before it. */
function isIndependent(kernels: Arithmetic, size: number, gram: Float64Array, first: number, least: number) {
  if (!kernels.cholesky(size, gram, size)) return false;
  for (let j = first; j < size; j++) if (!(gram[kernels.width * (j + j * size)]! > least)) return false;
  return true;
}

/** out ← [1 XᴴP 0; PᴴX 1 0; 0 0 1], size × size. */
function putGram(
  width: 1 | 2,
  out: Float64Array,
  size: number,
  m: number,
  nP: number,
  { xp }: SmallMatrices,
): void {
  out.fill(0, 0, width * size * size);
  for (let j = 0; j < size; j++) out[width * (j + j * size)] = 1;
  putBlock(width, out, size, [0, m], [m, nP], xp);
}

/** Copies a block into a Hermitian matrix, and its adjoint across the diagonal. */
function putBlock(
  width: 1 | 2,
  out: Float64Array,
  size: number,
  [row, rows]: readonly [first: number, count: number],
  [column, columns]: readonly [first: number, count: number],
  block: Float64Array,
): void {
  for (let j = 0; j < columns; j++)
    for (let i = 0; i < rows; i++) {
      const from = width * (i + rows * j);
      const to = width * (row + i + size * (column + j));
      const across = width * (column + j + size * (row + i));
      out[to] = out[across] = block[from]!;
      if (width === 1) continue;
      out[across + 1] = -block[from + 1]!;
      out[to + 1] = block[from + 1]!;
    }
}

/**
 * Sets G = SᴴS and its Cholesky factor. If W nearly depends on X and P, with diagonal elements of
 * the factor below `least`, it is first made orthonormal and orthogonal to them.
 */
function factorGram(panels: Panels, nP: number, nW: number, least: number, seed: number): void {
  const { kernels, n, m, s, small, norms, columns } = panels;
  const { g, factor, reduced, scratch } = small;
  const fixed = m + nP;
  const size = fixed + nW;
  const w = columns(s, fixed, nW);
  putGram(kernels.width, g, size, m, nP, small);
  putOverlaps(panels, g, size, nW, w);
  reduced.set(g.subarray(0, kernels.width * size * size));
  if (!isIndependent(kernels, size, reduced, fixed, least)) {
    putGram(kernels.width, factor, fixed, m, nP, small);
    kernels.cholesky(fixed, factor, fixed);
    orthonormalizeAgainst(
      kernels,
      n,
      { q: s, count: fixed, factor },
      w,
      nW,
      { coefficients: scratch, gram: reduced, norms },
      seed,
    );
    putGram(kernels.width, g, size, m, nP, small);
    reduced.set(g.subarray(0, kernels.width * size * size));
    kernels.cholesky(size, reduced, size);
  }
  factor.set(reduced.subarray(0, kernels.width * size * size));
}

/** Puts SᴴY and its adjoint into the last columns and rows of a matrix. */
function putOverlaps(
  { kernels, n, s, small: { scratch }, columns }: Panels,
  out: Float64Array,
  size: number,
  nW: number,
  y: Float64Array,
): void {
  const { width } = kernels;
  const fixed = size - nW;
  kernels.gemm("C", "N", fixed, nW, n, 1, s, n, y, n, 0, scratch, fixed);
  putBlock(width, out, size, [0, fixed], [fixed, nW], scratch);
  kernels.hermitianOverlap(nW, n, columns(s, fixed, nW), n, y, n, scratch, nW);
  putBlock(width, out, size, [fixed, nW], [fixed, nW], scratch);
}

/** Sets A = SᴴHS and solves for the lowest m of A c = G c λ, c in small.c (size × m). */
function rayleighRitz(panels: Panels, nP: number, nW: number, lambda: Float64Array): void {
  const { kernels, m, hs, small, values, columns } = panels;
  const { a, factor, reduced, c, xp, php, scratch } = small;
  const { width } = kernels;
  const fixed = m + nP;
  const size = fixed + nW;
  a.fill(0, 0, width * size * size);
  for (let j = 0; j < m; j++) a[width * (j + j * size)] = lambda[j]!;
  // XᴴHP = ΛXᴴP
  for (let j = 0; j < nP; j++)
    for (let i = 0; i < m; i++)
      for (let k = width * (i + m * j); k < width * (i + m * j + 1); k++) scratch[k] = lambda[i]! * xp[k]!;
  putBlock(width, a, size, [0, m], [m, nP], scratch);
  putBlock(width, a, size, [m, nP], [m, nP], php);
  putOverlaps(panels, a, size, nW, columns(hs, fixed, nW));
  // R⁻ᴴ A R⁻¹ with the Cholesky factor R of G, then c = R⁻¹ y.
  reduced.set(a.subarray(0, width * size * size));
  kernels.solveTriangularRight(size, size, factor, size, reduced, size);
  kernels.solveTriangularLeft(size, size, factor, size, true, reduced, size);
  kernels.eigh(size, reduced, size, values, c, size);
  kernels.solveTriangularLeft(size, m, factor, size, false, c, size);
}

/**
 * Forms X⁺ and HX⁺. Leaves the parts T of the vectors that were searched for, and H T, in the place
 * of P, and their coefficients in small.cP.
 */
function updateBlocks(panels: Panels, nP: number, nW: number, chosen: readonly number[]): Searched {
  const { kernels, n, m, s, hs, t, small, columns } = panels;
  const { width } = kernels;
  const size = m + nP + nW;
  const { c, cP } = small;
  chosen.forEach((j, i) => {
    cP.fill(0, width * size * i, width * (size * i + m));
    cP.set(c.subarray(width * (size * j + m), width * size * (j + 1)), width * (size * i + m));
  });
  const inner = size - m;
  for (const panel of [s, hs]) {
    kernels.gemm("N", "N", n, m, inner, 1, columns(panel, m, inner), n, c.subarray(width * m), size, 0, t, n);
    chosen.forEach((j, i) => {
      columns(panel, m + i, 1).set(columns(t, j, 1));
    });
    kernels.gemm("N", "N", n, m, m, 1, panel, n, c, size, 1, t, n);
    panel.set(columns(t, 0, m));
  }
  return { size, columns: chosen };
}
