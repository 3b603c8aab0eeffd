import { invariant, requireInput } from "../../common/failure.ts";
import { norm2Above, rootAbove, rootBelow, squaredNormAbove } from "../../interval/norms.ts";
import {
  type Above,
  type Below,
  complexGamma,
  differenceAbove,
  differenceBelow,
  exact,
  gamma,
  maxAbove,
  minAbove,
  productAbove,
  provedAbove,
  provedBelow,
  quotientAbove,
  SumAbove,
  sizeOf,
  sumAbove,
  totalAbove,
} from "../../interval/sides.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { kineticAbove, radiusAbove } from "../apply/local-tail.ts";
import { nonlocalColumns, nonlocalProductError } from "../apply/nonlocal-error.ts";
import type { EnclosedProblem, WaveSet } from "../problem/enclosed-hamiltonian.ts";
import type { PlaneWaves } from "../problem/reciprocal.ts";
import { bestDiagonal, type ComparisonDiagonal, leastEntry } from "./comparison-diagonal.ts";
import { couplingBlock } from "./coupling-block.ts";
import { choleskyMargin, factorizes } from "./positive-definite.ts";
import { NO_SQUARE, squaredCoupling } from "./squared-coupling.ts";

/**
 * Lower bounds by elimination (docs/bounds.md, Theorem 1). P projects on the first nX plane waves
 * of a set Y, Q = 1 − P, C = QVP, QHQ ≥ D diagonal. With
 *
 *   F(μ) = PHP − Cᴴ(D − μ)⁻¹C,   D > μ:      H has at most as many eigenvalues below μ as F(μ)
 *
 * No gap and no multiplicity is assumed, and the index is part of the statement.
 */
export interface SchurMatrix {
  readonly nX: number;
  readonly mu: number;
  /** A Hermitian matrix [nX × nX] … */
  readonly values: Float64Array;
  /** … with F(μ) ⪰ values − error. */
  readonly error: Above;
}

/** Rows of Y∖X that are formed at once. */
const BLOCK = 512;

/** Rows for each wave of X that are weighed one by one; the others have one weight. */
const NEAR = 4;
/** Sharing a weight takes work of its own, as much as that of so many rows. */
const WORTH = 4 * BLOCK;

/** How many of nY rows have weights of their own. */
export const nearRows = (nX: number, nY: number): number => (nY - NEAR * nX > WORTH ? NEAR * nX : nY);

/**
 * @param near the first rows of Y, X among them, that have weights of their own
 * @throws InputError if D > μ does not hold: the set X is too small for this potential.
 */
export function schurMatrix(
  kernels: Kernels,
  problem: EnclosedProblem,
  set: WaveSet,
  nX: number,
  mu: number,
  diagonal: ComparisonDiagonal = bestDiagonal(kernels, problem, set, nX),
  near: number = nearRows(nX, set.waves.count),
): SchurMatrix {
  const { waves, panel } = set;
  const nY = waves.count;
  invariant(panel.rows === nY && nX <= nY, () => `projectors on ${panel.rows} rows for ${nY} plane waves`);
  const least = leastEntry(diagonal);
  requireInput(
    differenceBelow(least, exact(mu)) > 0,
    () =>
      `cutoff: the plane waves outside must lie above ${mu} Ha, got ${least} from below; a larger cutoff is needed`,
  );
  return kernels.scratch((take) => {
    const values = take(2 * nX * nX).fill(0);
    const product = take(2 * nX * nX);
    const block = take(2 * BLOCK * nX);
    const { write: couplings, columns } = couplingBlock(kernels, problem, set, nX, BLOCK, take);

    const inverse = (row: number): Above =>
      quotientAbove(exact(1), differenceBelow(provedBelow(diagonal.rows[row - nX]!), exact(mu)));
    // beyond the near rows all have the weight t, a number that is no less than theirs
    const square =
      (near < nY ? squaredCoupling(kernels, problem, set, nX, columns, take) : undefined) ?? NO_SQUARE;
    const end = square === NO_SQUARE ? nY : near;
    let t: Above = exact(0);
    for (let row = end; row < nY; row++) t = maxAbove(t, inverse(row));
    const coupling2 = new SumAbove(); // ‖fl(C)‖_F², S C likewise
    const scaled2 = new SumAbove();
    let largestScale: Above = rootAbove(t);
    for (let row0 = nX; row0 < end; row0 += BLOCK) {
      const rows = Math.min(BLOCK, end - row0);
      couplings(block, row0, rows);
      coupling2.add(squaredNormAbove(block, 0, 2 * rows * nX));
      for (let y = 0; y < rows; y++) {
        const w = inverse(row0 + y);
        largestScale = maxAbove(largestScale, rootAbove(w));
        const s = rootAbove(maxAbove(exact(0), differenceAbove(w, exact(t))));
        for (let x = 0; x < nX; x++) {
          block[2 * (y + rows * x)]! *= s;
          block[2 * (y + rows * x) + 1]! *= s;
        }
      }
      scaled2.add(squaredNormAbove(block, 0, 2 * rows * nX));
      kernels.hermitianOverlap(nX, rows, block, rows, block, rows, product, nX);
      for (let i = 0; i < 2 * nX * nX; i++) values[i]! -= product[i]!;
    }
    for (let col0 = 0; col0 < nX; col0 += BLOCK) {
      const rows = Math.min(BLOCK, nX - col0);
      couplings(block, col0, rows);
      coupling2.add(squaredNormAbove(block, 0, 2 * rows * nX));
      for (let x = 0; x < nX; x++)
        for (let y = 0; y < 2 * rows; y++) values[2 * (col0 + nX * x) + y]! += block[2 * rows * x + y]!;
      if (t === 0) continue;
      const s = rootBelow(exact(t));
      for (let i = 0; i < 2 * rows * nX; i++) block[i]! *= s;
      scaled2.add(squaredNormAbove(block, 0, 2 * rows * nX));
      kernels.hermitianOverlap(nX, rows, block, rows, block, rows, product, nX);
      for (let i = 0; i < 2 * nX * nX; i++) values[i]! += product[i]!;
    }
    if (t > 0) for (let i = 0; i < 2 * nX * nX; i++) values[i]! -= t * square.values[i]!;
    const tails = couplingTails(problem, set, nX, differenceBelow(diagonal.far, exact(mu)));
    let kineticError = 0;
    for (let x = 0; x < nX; x++) {
      kineticError = Math.max(kineticError, waves.kineticError[x]!);
      values[2 * (x + nX * x)]! += waves.kinetic[x]! - tails[x]!;
      values[2 * (x + nX * x) + 1] = 0;
      for (let y = x + 1; y < nX; y++) {
        values[2 * (y + nX * x)] = values[2 * (x + nX * y)]!; // the upper triangle is meant
        values[2 * (y + nX * x) + 1] = -values[2 * (x + nX * y) + 1]!;
      }
    }

    const coupling = rootAbove(coupling2.value);
    const scaled = rootAbove(scaled2.value);
    const nonlocal = nonlocalProductError(panel, columns, coupling);
    // the upper triangle stands for both: √2 < 3/2 in the Frobenius norm, in which `nonlocal` is; W
    // is Hermitian exactly
    const entryError = sumAbove(problem.table.errorSum, productAbove(exact(1.5), nonlocal));
    // S C has the errors of C, and one rounding of the product with S
    const scaledError = sumAbove(productAbove(largestScale, entryError), productAbove(gamma(1), scaled));
    const eliminated = productAbove(scaled, scaled); // ‖(SC)ᴴSC‖_F, of every block of rows as well
    // rows with the weight t are those of K, off by the errors of C once more
    const whole = sumAbove(scaled, scaledError, rootAbove(productAbove(t, square.trace)));
    const elimination = sumAbove(
      productAbove(sumAbove(scaled, scaled, scaledError), scaledError),
      productAbove(complexGamma(Math.min(BLOCK, nY)), eliminated),
      productAbove(t, square.error),
      ...(t > 0 ? [productAbove(sumAbove(whole, whole, scaledError), scaledError)] : []),
    );
    // An element is summed over the blocks of rows, then V, then T less the tails: u of each
    // partial sum. Those of the blocks are below `eliminated`, the next is so with `coupling` (3/2
    // of it as above), T less the tails with the result as well. K adds a product, a difference and
    // a block that may be cut in two.
    const sums = Math.ceil(nY / BLOCK) + (t > 0 ? 6 : 3);
    const additions = productAbove(
      gamma(sums),
      sumAbove(eliminated, coupling, productAbove(t, square.norm), norm2Above(values)),
    );
    const error = sumAbove(provedAbove(kineticError), entryError, elimination, additions);
    return { nX, mu, values: Float64Array.from(values), error };
  });
}

/**
 * Bounds C beyond Y (docs/bounds.md, Lemma 4), cut into shells of X: ‖C x‖ there is at most
 * Σ t_s‖x_s‖, so this part of Cᴴ(D − μ)⁻¹C is below b_s Σ_r τ_r²/b_r on shell s, for any b_s > 0
 * and τ_s = t_s/√(D_far − μ). Taken is b_s = w_s τ_s with w = 1 + T, which spares the low waves.
 *
 * @returns what it takes off each wave of X
 */
function couplingTails(problem: EnclosedProblem, set: WaveSet, nX: number, gap: Below): Above[] {
  const { waves, panel, outsideRadius } = set;
  const columns = nonlocalColumns(problem.channels, panel, nX);
  const tails = set.tails(waves.count).map((n2) => n2.map(rootAbove));
  const rootGap = rootBelow(gap);
  const shells = shellsOf(waves, nX).map(({ start, end }) => {
    let highest: Above = exact(0);
    for (let x = start; x < end; x++) highest = maxAbove(highest, kineticAbove(waves, x));
    const distance = differenceBelow(outsideRadius, radiusAbove(highest));
    const local = minAbove(
      problem.table.sumBeyond(distance),
      productAbove(rootAbove(exact(end - start)), problem.table.norm2Beyond(distance)),
    );
    const t = new SumAbove().add(local);
    problem.channels.forEach(({ l, h, first }, c) => {
      for (let i = 0; i < h.length; i++) {
        const from = first + i * (2 * l + 1);
        const squares = new SumAbove();
        for (let m = from; m <= from + 2 * l; m++) {
          squares.add(squaredNormAbove(columns.values, 2 * (nX * m + start), 2 * (nX * m + end)));
          // a part of a column misses no more than the column
          t.addProduct(tails[c]![i]!, columns.errors[m]!);
        }
        t.addProduct(tails[c]![i]!, rootAbove(squares.value));
      }
    });
    return { start, end, tau: quotientAbove(t.value, rootGap), weight: 1 + waves.kinetic[start]! };
  });
  const total = totalAbove(shells.map(({ tau, weight }) => quotientAbove(tau, exact(weight))));
  return shells.flatMap(({ start, end, tau, weight }) =>
    new Array<Above>(end - start).fill(productAbove(total, exact(weight), tau)),
  );
}

/** Ranges of the first nX waves, by radius. */
function shellsOf({ kinetic }: PlaneWaves, nX: number): { start: number; end: number }[] {
  const shells: { start: number; end: number }[] = [];
  const highest = nX > 0 ? kinetic[nX - 1]! : 0;
  for (let start = 0, s = 1; start < nX; s++) {
    let end = start;
    while (end < nX && kinetic[end]! <= (s / SHELLS) ** 2 * highest) end++;
    if (s >= SHELLS) end = nX;
    if (end > start) shells.push({ start, end });
    start = end;
  }
  return shells;
}

const SHELLS = 12;

/**
 * Tells whether H certainly has at most m eigenvalues below μ: F(μ) − μ + σUUᴴ is positive definite
 * for some n × m matrix U. Any U will do: a form of rank m lifts at most m directions.
 */
export function countsAtMost(
  kernels: Kernels,
  { nX, mu, values, error }: SchurMatrix,
  vectors: Float64Array,
  m: number,
  sigma: number,
): boolean {
  return kernels.scratch((take) => {
    const a = take(2 * nX * nX);
    const u = take(2 * nX * Math.max(1, m));
    a.set(values);
    u.set(vectors.subarray(0, 2 * nX * m));
    if (m > 0) kernels.gemm("N", "C", nX, nX, m, sigma, u, nX, u, nX, 1, a, nX);
    const lift = productAbove(exact(sigma), squaredNormAbove(vectors, 0, 2 * nX * m)); // ‖σUUᴴ‖_F
    const size = sumAbove(norm2Above(values), lift);
    const lifting = productAbove(complexGamma(m), size);
    const trace = new SumAbove();
    for (let x = 0; x < nX; x++) trace.add(sizeOf(a[2 * (x + nX * x)]!)).add(sizeOf(mu));
    const least = sumAbove(exact(mu), choleskyMargin(nX, trace.value), error, lifting);
    // taking it off the diagonal is one rounding of at most ‖a‖ + |shift|; γ₂ leaves room for what
    // it adds to the shift itself
    const shift = sumAbove(least, productAbove(gamma(2), sumAbove(size, sizeOf(least))));
    if (!Number.isFinite(shift)) return false;
    for (let x = 0; x < nX; x++) {
      a[2 * (x + nX * x)]! -= shift;
      a[2 * (x + nX * x) + 1] = 0;
    }
    return factorizes(kernels, nX, a);
  });
}
