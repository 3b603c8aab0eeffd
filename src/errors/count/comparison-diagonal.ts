import { norm2Above } from "../../interval/norms.ts";
import { above } from "../../interval/rounding.ts";
import {
  type Above,
  type Below,
  differenceAbove,
  differenceBelow,
  exact,
  inflated,
  maxAbove,
  minAbove,
  productAbove,
  provedAbove,
  quotientAbove,
  SumAbove,
  sumAbove,
} from "../../interval/sides.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { gridConvolution } from "../apply/grid-convolution.ts";
import { SPARSE } from "../apply/local-product.ts";
import { radiusAbove } from "../apply/local-tail.ts";
import { type EnclosedProblem, setFinder, type WaveSet } from "../problem/enclosed-hamiltonian.ts";
import { ALL, BEYOND_TABLE } from "../problem/potential-table.ts";
import { nonlocalDepth } from "../problem/projectors.ts";

/**
 * A diagonal operator D ≤ QHQ, Q the projection on all plane waves but the first nX of a set,
 * without the potential's constant. Entries of different choices must not be mixed.
 */
export interface ComparisonDiagonal {
  /** D_G from below for the plane waves of the set from nX on. */
  readonly rows: Float64Array;
  /** D_G of every plane wave outside the set. */
  readonly far: Below;
}

/**
 * Weighted Gershgorin (docs/bounds.md, Lemma 3). For any τ > 0 on Q, 2|ab| ≤ (τ_G/τ_G′)|a|² +
 * (τ_G′/τ_G)|b|² gives
 *
 *   D_G = T_G − Σ_{G′∈Q} |W(G−G′)| τ_G/τ_G′ − c_nl
 *
 * Here τ_G = min(T_G, cap), cap for all outside the set.
 *
 * Near the edge of X the sum has about half of the potential, and far out all of it, never more
 * times than cap/E_cut.
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
  let lowest: number = waves.outside;
  for (let row = nX; row < waves.count; row++) lowest = Math.min(lowest, waves.kinetic[row]!);
  const cap = Math.min(waves.outside, CAP * lowest);
  const tau = waves.kinetic.map((t) => Math.min(t, cap));
  const sums = weightedSums(kernels, problem, set, nX, { tau, cap, lowest });
  const rows = new Float64Array(waves.count - nX);
  for (let row = nX; row < waves.count; row++) {
    const gershgorin = productAbove(provedAbove(sums[row - nX]!), exact(tau[row]!));
    const kinetic = differenceBelow(exact(waves.kinetic[row]!), provedAbove(waves.kineticError[row]!));
    rows[row - nX] = differenceBelow(differenceBelow(kinetic, gershgorin), depth);
  }
  return { rows, far: farEntry(problem, set, lowest, cap, depth) };
}

/**
 * The cap over the least kinetic energy outside X: larger ones weigh near waves less, far ones
 * more.
 */
const CAP = 2.5;

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
 * Computes them as (‖W‖₁ + |W| ∗ a)/cap with a = cap/τ − 1 where τ < cap, −1 on X, else 0. No entry
 * errs more than the convolution's norm. Sizes above |W| stand in both summands, so that each has
 * the weight 1 + a ≥ 0, and 0 on X.
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
    const all = table.sumBeyond(ALL);
    const far = productAbove(table.sumBeyond(BEYOND_TABLE), quotientAbove(exact(cap), exact(lowest)));
    const error = sumAbove(productAbove(convolution.error, norm2Above(a)), far);
    return Float64Array.from({ length: waves.count - nX }, (_, i) =>
      quotientAbove(sumAbove(all, exact(sums[2 * (nX + i)]!), error), exact(cap)),
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
  const rest = used < table.count ? restBeyond(problem, used) : table.sumBeyond(BEYOND_TABLE);
  const inSet = setFinder(set);
  return Float64Array.from({ length: count - nX }, (_, i): number => {
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
    // a quotient, a sum for each entry, and that with the rest
    return inflated(sum + rest / lowest, used + 2);
  });
}

/**
 * Bounds D outside the set, where τ_G = cap: Σ |W| cap/τ_G′ ≤ ‖W‖₁ + (cap/τ_min − 1) Σ over the G′
 * with T_G′ < cap, which are at least |k+G| − √(2 cap) away.
 */
function farEntry(problem: EnclosedProblem, set: WaveSet, lowest: number, cap: number, depth: Above): Below {
  const { table } = problem;
  const error = set.waves.kineticError.reduce((most, e) => Math.max(most, e), 0);
  // computed below cap: truly below cap + error
  const nearRadius = radiusAbove(sumAbove(exact(cap), provedAbove(error)));
  const distance = differenceBelow(set.outsideRadius, nearRadius);
  const ratio = maxAbove(exact(0), differenceAbove(quotientAbove(exact(cap), exact(lowest)), exact(1)));
  const all = table.sumBeyond(ALL);
  const gershgorin = sumAbove(all, productAbove(ratio, minAbove(all, table.sumBeyond(distance))));
  return differenceBelow(differenceBelow(set.waves.outside, gershgorin), depth);
}

/** What entries may sum to that are not looked at one by one [Ha]. */
const NEGLIGIBLE = 1e-3;

/** The number of shortest entries whose rest sums to less than `NEGLIGIBLE` Ha. */
function entriesWorthSumming({ table }: EnclosedProblem): number {
  let sum: number = table.sumBeyond(BEYOND_TABLE);
  let used = table.count;
  while (used > 0 && sum + table.sizes[used - 1]! < NEGLIGIBLE) sum += table.sizes[--used]!;
  return used;
}

function restBeyond({ table }: EnclosedProblem, used: number): Above {
  const sum = new SumAbove().add(table.sumBeyond(BEYOND_TABLE));
  // sizes are |W| from above
  for (let e = used; e < table.count; e++) sum.add(provedAbove(table.sizes[e]!));
  return sum.value;
}
