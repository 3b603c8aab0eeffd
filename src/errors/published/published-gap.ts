import { exact } from "../../interval/sides.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import type { Applied } from "../apply/apply-enclosed.ts";
import { type Estimate, estimate } from "../estimate.ts";
import type { EnclosedProblem, WaveSet } from "../problem/enclosed-hamiltonian.ts";
import { hermitianEigenpairs } from "../propose/dense-eigenpairs.ts";
import type { PotentialRange } from "./potential-range.ts";

/** What the published gap bound is made of, for one k and one basis X inside Y. */
export interface PublishedGap {
  /** Lower bound μ* of λ_{n+1}; −∞ where the formula gives none. */
  above(n: number): Estimate;
}

/**
 * The lower bound of [HLC20] for λ_{n+1}: the largest μ between the Ritz values θ_n and θ_{n+1}
 * with
 *
 *   Σ(μ) = E_out + v − ‖V_nl‖_Q − μ − ‖R(Λ−μ)⁻¹Rᴴ‖ − 2ε‖R(Λ−μ)⁻¹‖
 *          − ε²/(θ_{n+1}−μ) − b²/(θ_{M+1}−μ) ≥ 0,
 *
 * R = P_{Y∖X}V[u_{n+1} … u_M], Λ their Ritz values, v ≤ V_loc, b ≥ ‖PVQ‖, ε ≥ ‖P_{outside Y}VP‖
 * (docs/bounds.md, Lemma P). Floating point throughout: an estimate.
 *
 * @param ritz all Ritz values of X, ascending
 * @param applied H on the first M Ritz vectors, on Y
 */
export function publishedGap(
  kernels: Kernels,
  problem: EnclosedProblem,
  set: WaveSet,
  nX: number,
  ritz: readonly number[],
  applied: Applied,
  range: PotentialRange,
): PublishedGap {
  const m = applied.errors.length;
  const norms = operatorNorms(problem, set, nX, range);
  const gram = gramBeyond(kernels, set, nX, m, applied.values);
  const sigma = (n: number, mu: number): number => {
    const size = m - n;
    const schur = largestScaled(kernels, gram, m, n, (i) => (ritz[i]! - mu) ** -0.5);
    const mixed = Math.sqrt(
      Math.max(
        0,
        largestScaled(kernels, gram, m, n, (i) => 1 / (ritz[i]! - mu)),
      ),
    );
    const rest = m < ritz.length ? norms.coupling ** 2 / (ritz[m]! - mu) : 0;
    const tail = norms.tail;
    return norms.bottom - mu - (size > 0 ? schur : 0) - 2 * tail * mixed - tail ** 2 / (ritz[n]! - mu) - rest;
  };
  return {
    above(n) {
      let [low, high] = [ritz[n - 1]!, ritz[n]!];
      const start = low + 1e-12 * (1 + Math.abs(low));
      if (!(start < high) || n >= m || !(sigma(n, start) >= 0)) return estimate(-Infinity);
      low = start;
      for (let step = 0; step < 60; step++) {
        const middle = low + (high - low) / 2;
        if (sigma(n, middle) >= 0) low = middle;
        else high = middle;
      }
      return estimate(low);
    },
  };
}

interface OperatorNorms {
  /** A number below QHQ [Ha]. */
  readonly bottom: number;
  /** b. */
  readonly coupling: number;
  /** ε. */
  readonly tail: number;
}

/** Sums over atoms and l by ‖PVQ‖ ≤ ‖h‖ ‖p_P‖ ‖p_Q‖: restricted waves of different l overlap. */
function operatorNorms(
  { table, channels }: EnclosedProblem,
  set: WaveSet,
  nX: number,
  { lowest, highest }: PotentialRange,
): OperatorNorms {
  const { waves } = set;
  const outside = (from: number): number[] =>
    channels.length === 0 ? [] : set.tails(from).map((n2) => n2.reduce((sum, x) => sum + x, 0));
  const [all, beyondX, beyondY] = [outside(0), outside(nX), outside(waves.count)];
  let lowestKinetic: number = waves.outside;
  for (let row = nX; row < waves.count; row++)
    lowestKinetic = Math.min(lowestKinetic, waves.kinetic[row]! - waves.kineticError[row]!);
  const highestInside = waves.kinetic[nX - 1]! + waves.kineticError[nX - 1]!;
  const distance = exact(set.outsideRadius - Math.sqrt(2 * highestInside));
  let depth = 0;
  let coupling = (highest.value - lowest.value) / 2;
  let tail: number = table.sumBeyond(distance);
  channels.forEach(({ h }, c) => {
    const norm = Math.max(...h.map((row) => row.reduce((sum, x) => sum + Math.abs(x), 0)));
    depth += norm * beyondX[c]!;
    coupling += norm * Math.sqrt(all[c]! * beyondX[c]!);
    tail += norm * Math.sqrt(all[c]! * beyondY[c]!);
  });
  return { bottom: lowestKinetic + lowest.value - depth, coupling, tail };
}

/** AᴴA of the rows of A beyond X. */
function gramBeyond(
  kernels: Kernels,
  set: WaveSet,
  nX: number,
  m: number,
  values: Float64Array,
): Float64Array {
  const count = set.waves.count;
  const rows = count - nX;
  return kernels.scratch((take) => {
    const [a, product] = [take(2 * rows * m), take(2 * m * m)];
    for (let j = 0; j < m; j++)
      a.set(values.subarray(2 * (count * j + nX), 2 * count * (j + 1)), 2 * rows * j);
    kernels.hermitianOverlap(m, rows, a, rows, a, rows, product, m);
    return Float64Array.from(product);
  });
}

/** The largest eigenvalue of W G W on the vectors n … m − 1, W = diag(weight). */
function largestScaled(
  kernels: Kernels,
  gram: Float64Array,
  m: number,
  n: number,
  weight: (i: number) => number,
): number {
  const size = m - n;
  const block = new Float64Array(2 * size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) {
      const factor = weight(n + i) * weight(n + j);
      block[2 * (i + size * j)] = factor * gram[2 * (n + i + m * (n + j))]!;
      block[2 * (i + size * j) + 1] = factor * gram[2 * (n + i + m * (n + j)) + 1]!;
    }
  return hermitianEigenpairs(kernels, size, block).values.at(-1)!;
}
