import { invariant, requireInput } from "../../common/failure.ts";
import { inflated, norm2Above, rootAbove } from "../../interval/accumulated.ts";
import { interval, scale } from "../../interval/interval.ts";
import { above, below, UNIT_ROUNDOFF } from "../../interval/rounding.ts";
import { sqrt } from "../../interval/sqrt.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { nonlocalColumns, nonlocalProductError } from "../apply/nonlocal-error.ts";
import type { EnclosedProblem, WaveSet } from "../problem/enclosed-hamiltonian.ts";
import { complexGamma } from "../problem/projectors.ts";
import { type ComparisonDiagonal, comparisonDiagonal } from "./comparison-diagonal.ts";
import { couplingBlock } from "./coupling-block.ts";
import { choleskyMargin, factorizes } from "./positive-definite.ts";

/**
 * Lower bounds by elimination (docs/bounds.md, Theorem 1). P projects on the first nX plane waves of a set Y, Q = 1 − P,
 * C = QVP, QHQ ≥ D diagonal. With
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
  readonly error: number;
}

/** Rows of Y∖X that are formed at once. */
const BLOCK = 512;

/**
 * @throws InputError if D > μ does not hold: the set X is too small for this potential.
 */
export function schurMatrix(
  kernels: Kernels,
  problem: EnclosedProblem,
  set: WaveSet,
  nX: number,
  mu: number,
  diagonal: ComparisonDiagonal = comparisonDiagonal(kernels, problem, set, nX),
): SchurMatrix {
  const { waves, panel } = set;
  const nY = waves.count;
  invariant(panel.rows === nY && nX <= nY, () => `projectors on ${panel.rows} rows for ${nY} plane waves`);
  const least = diagonal.rows.reduce((low, d) => Math.min(low, d), diagonal.far);
  requireInput(
    below(least - mu) > 0,
    () =>
      `cutoff: the plane waves outside must lie above ${mu} Ha, got ${least} from below; a larger cutoff is needed`,
  );
  return kernels.scratch((take) => {
    const values = take(2 * nX * nX).fill(0);
    const product = take(2 * nX * nX);
    const block = take(2 * BLOCK * nX);
    const { write: couplings, columns } = couplingBlock(kernels, problem, set, nX, BLOCK, take);

    let coupling2 = 0; // ‖fl(C)‖_F², S C likewise
    let scaled2 = 0;
    let largestScale = 0;
    for (let row0 = nX; row0 < nY; row0 += BLOCK) {
      const rows = Math.min(BLOCK, nY - row0);
      couplings(block, row0, rows);
      coupling2 += sumOfSquares(block, 2 * rows * nX);
      for (let y = 0; y < rows; y++) {
        const s = inverseRootAbove(below(diagonal.rows[row0 + y - nX]! - mu));
        largestScale = Math.max(largestScale, s);
        for (let x = 0; x < nX; x++) {
          block[2 * (y + rows * x)]! *= s;
          block[2 * (y + rows * x) + 1]! *= s;
        }
      }
      scaled2 += sumOfSquares(block, 2 * rows * nX);
      kernels.hermitianOverlap(nX, rows, block, rows, block, rows, product, nX);
      for (let i = 0; i < 2 * nX * nX; i++) values[i]! -= product[i]!;
    }
    for (let col0 = 0; col0 < nX; col0 += BLOCK) {
      const rows = Math.min(BLOCK, nX - col0);
      couplings(block, col0, rows);
      coupling2 += sumOfSquares(block, 2 * rows * nX);
      for (let x = 0; x < nX; x++)
        for (let y = 0; y < 2 * rows; y++) values[2 * (col0 + nX * x) + y]! += block[2 * rows * x + y]!;
    }
    const tau = couplingTails(problem, set, nX, below(diagonal.far - mu));
    const tauSum = inflated(
      tau.reduce((sum, t) => sum + t, 0),
      nX,
    );
    let kineticError = 0;
    for (let x = 0; x < nX; x++) {
      kineticError = Math.max(kineticError, waves.kineticError[x]!);
      values[2 * (x + nX * x)]! +=
        waves.kinetic[x]! - above(above(tauSum * tau[x]!) * (1 + 4 * UNIT_ROUNDOFF));
      values[2 * (x + nX * x) + 1] = 0;
      for (let y = x + 1; y < nX; y++) {
        values[2 * (y + nX * x)] = values[2 * (x + nX * y)]!; // the upper triangle is meant
        values[2 * (y + nX * x) + 1] = -values[2 * (x + nX * y) + 1]!;
      }
    }

    const count = 2 * nY * nX;
    const coupling = rootAbove(inflated(coupling2, count));
    const scaled = rootAbove(inflated(scaled2, count));
    const nonlocal = nonlocalProductError(panel, columns, coupling);
    // the upper triangle stands for both: √2 at most in the Frobenius norm, in which `nonlocal` is; W is Hermitian exactly
    const entryError = problem.table.errorSum + 1.5 * nonlocal;
    const scaledError = largestScale * entryError + 2 * UNIT_ROUNDOFF * scaled;
    const productError = (2 * scaled + scaledError) * scaledError + complexGamma(nY + 8) * scaled * scaled;
    const additions =
      (nY / BLOCK + 8) * 2 * UNIT_ROUNDOFF * (scaled * scaled + coupling + norm2Above(values));
    const error = inflated(kineticError + entryError + productError + additions, 32);
    return { nX, mu, values: Float64Array.from(values), error };
  });
}

const sumOfSquares = (x: Float64Array, length: number): number => {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += x[i]! * x[i]!;
  return sum;
};

/** A number s with s² ≥ 1/d. */
const inverseRootAbove = (d: number): number => above(1 / below(sqrt(interval(d)).lo));

/**
 * What C has beyond Y (docs/bounds.md, Lemma 4): column G is at most t_G long there, τ_G = t_G/√(D_far − μ), and
 * |⟨c_G, D⁻¹c_G′⟩| ≤ τ_Gτ_G′, so that this part of Cᴴ(D − μ)⁻¹C is below (Σ τ) diag(τ).
 */
function couplingTails(problem: EnclosedProblem, set: WaveSet, nX: number, gap: number): number[] {
  const { waves, panel, outsideRadius } = set;
  const columns = nonlocalColumns(problem.channels, panel, nX);
  const tails = set.tails(waves.count).map((n2) => n2.map(rootAbove));
  const rootGap = sqrt(interval(gap)).lo;
  return Array.from({ length: nX }, (_, x) => {
    const length = sqrt(scale(2, interval(above(waves.kinetic[x]! + waves.kineticError[x]!)))).hi;
    let t = problem.table.norm2Beyond(below(outsideRadius - length));
    problem.channels.forEach(({ l, h, first }, c) => {
      for (let i = 0; i < h.length; i++) {
        const from = first + i * (2 * l + 1);
        let sum = 0;
        for (let m = from; m <= from + 2 * l; m++) {
          const [re, im] = [columns.values[2 * (x + nX * m)]!, columns.values[2 * (x + nX * m) + 1]!];
          sum += re * re + im * im;
          t += tails[c]![i]! * columns.errors[m]!; // an element misses no more than its column
        }
        t += tails[c]![i]! * rootAbove(inflated(sum, 12));
      }
    });
    return above(inflated(t, 400) / rootGap);
  });
}

/**
 * Whether H certainly has at most m eigenvalues below μ: F(μ) − μ + σUUᴴ is positive definite for some n × m matrix U, of
 * which nothing else is asked (a form of rank m cannot lift more than m negative directions).
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
    const frobenius = norm2Above(vectors, 0, 2 * nX * m);
    const lift = inflated(sigma * frobenius * frobenius, 4);
    const size = norm2Above(values) + lift + Math.abs(mu) + 1;
    const rounding =
      complexGamma(m + 8) * lift + 16 * UNIT_ROUNDOFF * size + complexGamma(m + 8) * norm2Above(values);
    let trace = 0;
    for (let x = 0; x < nX; x++) trace += Math.abs(a[2 * (x + nX * x)]!) + Math.abs(mu);
    const margin = choleskyMargin(nX, inflated(trace, nX + 4));
    const shift = above(mu + inflated(margin + error + rounding, 8));
    if (!Number.isFinite(shift)) return false;
    for (let x = 0; x < nX; x++) {
      a[2 * (x + nX * x)]! -= shift;
      a[2 * (x + nX * x) + 1] = 0;
    }
    return factorizes(kernels, nX, a);
  });
}
