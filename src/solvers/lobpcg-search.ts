import type { Arithmetic, Products } from "../kernels/kernels.ts";
import type { Rounding } from "./lobpcg-rounding.ts";
import type { LobpcgWorkspace, SmallMatrices } from "./lobpcg-workspace.ts";
import { orthonormalizeAgainst } from "./orthonormalize.ts";

/** The panels of one solve, n × m, with what works on them. */
export interface Panels extends LobpcgWorkspace {
  readonly kernels: Arithmetic;
  readonly n: number;
  readonly m: number;
  /** Given if changes may be rounded: vectors then follow from their changes and residuals. */
  readonly rounding: Rounding | undefined;
  /** Returns columns of a panel of n rows. */
  columns(panel: Float64Array, first: number, count: number): Float64Array;
}

export function panelsOf(
  kernels: Arithmetic,
  n: number,
  m: number,
  work: LobpcgWorkspace,
  rounding: Rounding | undefined,
): Panels {
  const column = kernels.width * n;
  return {
    ...work,
    kernels,
    n,
    m,
    rounding,
    columns: (panel, first, count) => panel.subarray(column * first, column * (first + count)),
  };
}

const productsOf = (kernels: Arithmetic, mayRound = false): Products =>
  mayRound ? (kernels.single ?? kernels) : kernels;

/** Returns runs of consecutive numbers: the index of the first, the first, how many. */
export function runsOf(
  ascending: readonly number[],
): (readonly [at: number, first: number, count: number])[] {
  const runs: [number, number, number][] = [];
  ascending.forEach((j, at) => {
    const last = runs.at(-1);
    if (last !== undefined && last[1] + last[2] === j) last[2]++;
    else runs.push([at, j, 1]);
  });
  return runs;
}

/** The last search: its dimension, and the vectors whose parts T stand in the place of P. */
export interface Searched {
  readonly size: number;
  readonly columns: readonly number[];
  /** By how many times the rounding of float32 each of [P W] errs, shape [size − m]. */
  readonly roundings: Readonly<Float64Array>;
}

export const NOTHING_SEARCHED: Searched = { size: 0, columns: [], roundings: new Float64Array(0) };

/**
 * Makes P of the columns of T whose vectors are `chosen`, orthonormal, with XᴴP and PᴴHP: none
 * where there are more than `most`, or where they nearly depend on X. Returns by how many times the
 * rounding of float32 each errs.
 */
export function directions(
  { kernels, n, m, s, hs, small, norms, columns }: Panels,
  { size, columns: searched, roundings }: Searched,
  chosen: ReadonlySet<number>,
  most: number,
): Float64Array {
  const none = new Float64Array(0);
  const kept = Array.from(searched.keys()).filter((i) => chosen.has(searched[i]!));
  const nP = kept.length;
  if (nP === 0 || nP > most) return none;
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
    if (!(scratch[width * j]! > 1e-28)) return none;
    norms[j] = 1 / Math.sqrt(scratch[width * j]!);
  }
  for (const coefficients of [cP, image]) kernels.scaleColumns(size, nP, norms, coefficients);
  kernels.hermitianOverlap(nP, size, cP, size, image, size, factor, nP);
  if (!isIndependent(kernels, nP, factor, 0, LEAST_OF_P)) return none;
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
  if (!isIndependent(kernels, m + nP, factor, m, LEAST_OF_P)) return none;
  return columnNorms(cP.subarray(width * m), width, size, nP, roundings);
}

/** Rounding grows as 1/d², d the smallest diagonal element of a Cholesky factor of unit vectors. */
const LEAST_OF_P = 1e-2;
export const LEAST_OF_W = 0.1;

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
export function factorGram(
  panels: Panels,
  mayRound: boolean,
  nP: number,
  nW: number,
  { least, seed }: { readonly least: number; readonly seed: number },
): void {
  const { kernels, n, m, s, small, norms, columns } = panels;
  const { g, factor, reduced, scratch } = small;
  const fixed = m + nP;
  const size = fixed + nW;
  const w = columns(s, fixed, nW);
  putGram(kernels.width, g, size, m, nP, small);
  putOverlaps(panels, mayRound, g, size, nW, w);
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

/** Puts QᴴY and WᴴY, and their adjoints, into the last columns and rows; Q stands before W. */
function putOverlaps(
  { kernels, n, s, small: { scratch }, columns }: Panels,
  mayRound: boolean,
  out: Float64Array,
  size: number,
  nW: number,
  y: Float64Array,
  skipped = 0,
): void {
  const { width } = kernels;
  const products = productsOf(kernels, mayRound);
  const fixed = size - nW;
  const count = fixed - skipped;
  if (count > 0) {
    const q = columns(s, skipped, count);
    products.gemm("C", "N", count, nW, n, 1, q, n, y, n, 0, scratch, count);
    putBlock(width, out, size, [skipped, count], [fixed, nW], scratch);
  }
  products.hermitianOverlap(nW, n, columns(s, fixed, nW), n, y, n, scratch, nW);
  putBlock(width, out, size, [fixed, nW], [fixed, nW], scratch);
}

/**
 * Sets A = SᴴHS and solves for the lowest m of A c = G c λ, c in small.c (size × m). With residuals
 * R = HX − XΛ in t, XᴴHW = ΛXᴴW + RᴴW: what couples X to W is right to rounding of R, not of H.
 */
export function rayleighRitz(
  panels: Panels,
  mayRound: boolean,
  nP: number,
  nW: number,
  lambda: Float64Array,
): void {
  const { kernels, rounding, n, m, s, hs, t, small, values, columns } = panels;
  const { a, g, factor, reduced, c, xp, php, scratch } = small;
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
  const hw = columns(hs, fixed, nW);
  if (rounding !== undefined) {
    const products = productsOf(kernels, mayRound);
    products.gemm("C", "N", m, nW, n, 1, t, n, columns(s, fixed, nW), n, 0, scratch, m);
    for (let j = 0; j < nW; j++)
      for (let i = 0; i < m; i++)
        for (let part = 0; part < width; part++)
          scratch[width * (i + m * j) + part]! += lambda[i]! * g[width * (i + size * (fixed + j)) + part]!;
    putBlock(width, a, size, [0, m], [fixed, nW], scratch);
    putOverlaps(panels, mayRound, a, size, nW, hw, m);
  } else putOverlaps(panels, mayRound, a, size, nW, hw);
  // R⁻ᴴ A R⁻¹ with the Cholesky factor R of G, then c = R⁻¹ y.
  reduced.set(a.subarray(0, width * size * size));
  kernels.solveTriangularRight(size, size, factor, size, reduced, size);
  kernels.solveTriangularLeft(size, size, factor, size, true, reduced, size);
  kernels.eigh(size, reduced, size, values, c, size);
  kernels.solveTriangularLeft(size, m, factor, size, false, c, size);
  if (rounding !== undefined) turnToReal(width, c, size, m);
}

/**
 * Forms X⁺ and HX⁺. Leaves the parts T of the vectors that were searched for, and H T, in the place
 * of P, and their coefficients in small.cP.
 *
 * @param roundings by how many times the rounding of float32 each of [P W] errs.
 */
export function updateBlocks(
  panels: Panels,
  roundings: Readonly<Float64Array>,
  nP: number,
  nW: number,
  chosen: readonly number[],
): Searched {
  const { kernels, rounding, n, m, s, hs, t, small, columns } = panels;
  const { width } = kernels;
  const size = m + nP + nW;
  const { c, cP, scratch } = small;
  const inner = size - m;
  chosen.forEach((j, i) => {
    cP.fill(0, width * size * i, width * (size * i + m));
    cP.set(c.subarray(width * (size * j + m), width * size * (j + 1)), width * (size * i + m));
  });
  rounding?.turn(width, c, size);
  const turn = rounding?.round(putTurn(width, scratch, c, size, m));
  const changes = (weights: Readonly<Float64Array>) =>
    columnNorms(c.subarray(width * m), width, size, m, weights);
  const isAllowed = rounding?.round(changes(new Float64Array(inner).fill(1)), changes(roundings)) ?? false;
  const products = productsOf(kernels, isAllowed);
  for (const panel of [s, hs]) {
    products.gemm(
      "N",
      "N",
      n,
      m,
      inner,
      1,
      columns(panel, m, inner),
      n,
      c.subarray(width * m),
      size,
      0,
      t,
      n,
    );
    for (const [at, j, count] of runsOf(chosen)) columns(panel, m + at, count).set(columns(t, j, count));
    turnVectors(panels, panel, c, size, turn, 1);
  }
  return {
    size,
    columns: chosen,
    roundings: isAllowed ? roundings.map((each) => Math.hypot(each, 1)) : roundings,
  };
}

/**
 * Y ← Y c + β T for the first m columns of a panel, or Y + Y (c − 1) + β T.
 *
 * @param c coefficients, `ld` rows to a column.
 * @param turn whether Y (c − 1) may be rounded, c − 1 in small.scratch; undefined for Y c.
 */
export function turnVectors(
  { kernels, n, m, t, norms, small: { scratch }, columns }: Panels,
  panel: Float64Array,
  c: Float64Array,
  ld: number,
  turn: boolean | undefined,
  beta: 0 | 1,
): void {
  if (turn === undefined) {
    kernels.gemm("N", "N", n, m, m, 1, panel, n, c, ld, beta, t, n);
    panel.set(columns(t, 0, m));
    return;
  }
  const products = productsOf(kernels, turn);
  products.gemm("N", "N", n, m, m, 1, panel, n, scratch, m, beta, t, n);
  norms.fill(1, 0, m);
  kernels.addScaledColumns(panel, n, m, t, norms, panel);
}

/** Turns the phases of m columns so that their diagonal elements are positive: X⁺ is near X. */
export function turnToReal(width: 1 | 2, c: Float64Array, ld: number, m: number): void {
  for (let j = 0; j < m; j++) {
    const [re, im] = [c[width * j * (ld + 1)]!, width === 2 ? c[2 * j * (ld + 1) + 1]! : 0];
    const size = Math.hypot(re, im);
    if (size === 0) continue;
    const [x, y] = [re / size, im / size];
    for (let i = width * ld * j; i < width * ld * (j + 1); i += width)
      if (width === 1) c[i]! *= x;
      else [c[i], c[i + 1]] = [c[i]! * x + c[i + 1]! * y, c[i + 1]! * x - c[i]! * y];
  }
}

/** out ← c − 1 for the first m rows and columns of c; returns the norms of its columns. */
export function putTurn(
  width: 1 | 2,
  out: Float64Array,
  c: Float64Array,
  ld: number,
  m: number,
): Float64Array {
  for (let j = 0; j < m; j++) {
    out.set(c.subarray(width * ld * j, width * (ld * j + m)), width * m * j);
    out[width * j * (m + 1)]! -= 1;
  }
  return columnNorms(out, width, m, m, new Float64Array(m).fill(1));
}

/** Returns the norms of `count` columns, `ld` rows apart, with these weights of rows. */
function columnNorms(
  x: Readonly<Float64Array>,
  width: 1 | 2,
  ld: number,
  count: number,
  weights: Readonly<Float64Array>,
): Float64Array {
  return Float64Array.from({ length: count }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < width * weights.length; i++)
      sum += (weights[width === 1 ? i : i >> 1]! * x[width * ld * j + i]!) ** 2;
    return Math.sqrt(sum);
  });
}
