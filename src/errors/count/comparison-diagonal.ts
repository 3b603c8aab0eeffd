import { inflated, norm2Above } from "../../interval/accumulated.ts";
import { add, interval, scale, sub } from "../../interval/interval.ts";
import { above, below, UNIT_ROUNDOFF } from "../../interval/rounding.ts";
import { sqrt } from "../../interval/sqrt.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { gridConvolution } from "../apply/grid-convolution.ts";
import { SPARSE } from "../apply/local-product.ts";
import { type EnclosedProblem, setFinder, type WaveSet } from "../problem/enclosed-hamiltonian.ts";
import { nonlocalDepth } from "../problem/projectors.ts";

/**
 * A diagonal operator D with QHQ ≥ D, Q the projection on all plane waves but the first nX of a set (the constant of the
 * potential left out). All of it belongs to one inequality: entries of different choices must not be mixed.
 */
export interface ComparisonDiagonal {
  /** D_G from below for the plane waves of the set from nX on. */
  readonly rows: Float64Array;
  /** A number below D_G of every plane wave outside the set. */
  readonly far: number;
}

/**
 * Weighted Gershgorin (docs/bounds.md, Lemma 3). For any τ > 0 on Q, 2|ab| ≤ (τ_G/τ_G′)|a|² + (τ_G′/τ_G)|b|² gives
 *
 *   D_G = T_G − Σ_{G′∈Q} |W(G−G′)| τ_G/τ_G′ − c_nl;      here τ_G = min(T_G, cap), cap for all outside the set.
 *
 * Near the edge of X the sum has about half of the potential, and far out all of it, never more times than cap/E_cut.
 */
export function comparisonDiagonal(
  kernels: Kernels,
  problem: EnclosedProblem,
  set: WaveSet,
  nX: number,
): ComparisonDiagonal {
  const { channels } = problem;
  const { waves } = set;
  const depth = nonlocalDepth(channels, channels.length === 0 ? [] : set.tails(nX));
  let lowest = waves.outside;
  for (let row = nX; row < waves.count; row++) lowest = Math.min(lowest, waves.kinetic[row]!);
  const cap = Math.min(waves.outside, 2.5 * lowest);
  const tau = waves.kinetic.map((t) => Math.min(t, cap));
  const sums = weightedSums(kernels, problem, set, nX, { tau, cap, lowest });
  const rows = new Float64Array(waves.count - nX);
  for (let row = nX; row < waves.count; row++) {
    const gershgorin = above(inflated(sums[row - nX]!, 2) * tau[row]!);
    const kinetic = below(waves.kinetic[row]! - waves.kineticError[row]!);
    rows[row - nX] = below(below(kinetic - gershgorin) - depth);
  }
  return { rows, far: farEntry(problem, set, lowest, cap, depth) };
}

/** τ_G of the waves of a set, cap for those outside; the least of those in Q is `lowest`. */
interface Weights {
  readonly tau: Float64Array;
  readonly cap: number;
  readonly lowest: number;
}

/** Σ_{G′∈Q} |W(G−G′)|/τ_G′ from above for each wave of the set from nX on. */
function weightedSums(
  kernels: Kernels,
  problem: EnclosedProblem,
  set: WaveSet,
  nX: number,
  weights: Weights,
): Float64Array {
  if (problem.table.count > SPARSE) {
    const sums = sumsOnGrid(kernels, problem, set, nX, weights);
    if (sums !== undefined) return sums;
  }
  return sumsByEntry(problem, set, nX, weights);
}

/**
 * As (‖W‖₁ + |W| ∗ a)/cap with a = cap/τ − 1 where τ < cap, −1 on X, else 0: a convolution, whose error in any place is at most that
 * of its norm. The sizes used for |W| are above it; where a is negative that counts in the wrong direction, and is added.
 */
function sumsOnGrid(
  kernels: Kernels,
  { table }: EnclosedProblem,
  { waves }: WaveSet,
  nX: number,
  { tau, cap, lowest }: Weights,
): Float64Array | undefined {
  return kernels.scratch((take) => {
    const sizes = new Float64Array(2 * table.count);
    table.sizes.forEach((size, e) => {
      sizes[2 * e] = size;
    });
    let near = nX;
    while (near < waves.count && tau[near]! < cap) near++;
    const convolution = gridConvolution(kernels, { ...table, values: sizes }, waves, near, take);
    if (convolution.error === Infinity) return undefined;
    const [a, sums] = [take(2 * waves.count).fill(0), take(2 * waves.count).fill(0)];
    for (let row = 0; row < near; row++) a[2 * row] = row < nX ? -1 : above(above(cap / tau[row]!) - 1);
    convolution.addInto(sums, a, 1);
    const all = table.sumBeyond(0);
    const excess = 4 * table.errorSum + 32 * UNIT_ROUNDOFF * all + table.sumBeyond(Infinity) * (cap / lowest);
    const error = inflated(convolution.error * norm2Above(a) + excess, 8);
    return Float64Array.from({ length: waves.count - nX }, (_, i) =>
      above(above(above(all + sums[2 * (nX + i)]!) + error) / cap),
    );
  });
}

/** Entry by entry; the longest, together below `NEGLIGIBLE`, enter by their sum alone. */
function sumsByEntry(
  problem: EnclosedProblem,
  set: WaveSet,
  nX: number,
  { tau, cap, lowest }: Weights,
): Float64Array {
  const { table } = problem;
  const { g, count } = set.waves;
  const used = entriesWorthSumming(problem);
  const rest = used < table.count ? restBeyond(problem, used) : table.sumBeyond(Infinity);
  const inSet = setFinder(set);
  return Float64Array.from({ length: count - nX }, (_, i) => {
    const row = nX + i;
    let sum = 0;
    for (let e = 0; e < used; e++) {
      const other = inSet(
        g[3 * row]! - table.g[3 * e]!,
        g[3 * row + 1]! - table.g[3 * e + 1]!,
        g[3 * row + 2]! - table.g[3 * e + 2]!,
      );
      if (other >= 0 && other < nX) continue;
      sum += table.sizes[e]! / (other < 0 ? cap : tau[other]!);
    }
    return inflated(sum + rest / lowest, used + 4);
  });
}

/**
 * Outside the set τ_G = cap, so Σ |W| cap/τ_G′ ≤ ‖W‖₁ + (cap/τ_min − 1) Σ over the G′ with T_G′ < cap, and these are at
 * least |k+G| − √(2 cap) away.
 */
function farEntry(
  problem: EnclosedProblem,
  set: WaveSet,
  lowest: number,
  cap: number,
  depth: number,
): number {
  const { table } = problem;
  const error = set.waves.kineticError.reduce((most, e) => Math.max(most, e), 0);
  const nearRadius = sqrt(scale(2, interval(above(cap + error)))).hi; // computed below cap: truly below cap + error
  const distance = below(set.outsideRadius - nearRadius);
  const ratio = above(above(cap / lowest) - 1);
  const all = table.sumBeyond(0);
  const gershgorin = add(
    interval(all),
    scale(Math.max(0, ratio), interval(Math.min(all, table.sumBeyond(distance)))),
  );
  return sub(sub(interval(set.waves.outside), gershgorin), interval(depth)).lo;
}

const NEGLIGIBLE = 1e-3;

/** The number of shortest entries whose rest sums to less than `NEGLIGIBLE` Ha. */
function entriesWorthSumming({ table }: EnclosedProblem): number {
  let sum = table.sumBeyond(Infinity);
  let used = table.count;
  while (used > 0 && sum + table.sizes[used - 1]! < NEGLIGIBLE) sum += table.sizes[--used]!;
  return used;
}

function restBeyond({ table }: EnclosedProblem, used: number): number {
  let sum = table.sumBeyond(Infinity);
  for (let e = used; e < table.count; e++) sum += table.sizes[e]!;
  return inflated(sum, table.count + 2);
}
