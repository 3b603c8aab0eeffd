import { invariant } from "../../common/failure.ts";
import { norm2Above, rootBelow } from "../../interval/norms.ts";
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
  minBelow,
  productAbove,
  provedAbove,
  provedBelow,
  quotientAbove,
  SumAbove,
  sumAbove,
} from "../../interval/sides.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { gridConvolution } from "../apply/grid-convolution.ts";
import { SPARSE } from "../apply/local-product.ts";
import { kineticAbove, radiusAbove } from "../apply/local-tail.ts";
import { type EnclosedProblem, setFinder, type WaveSet } from "../problem/enclosed-hamiltonian.ts";
import { ALL, BEYOND_TABLE } from "../problem/potential-table.ts";
import { nonlocalDepth } from "../problem/projectors.ts";
import { listSize, planeWavesBelow } from "../problem/reciprocal.ts";
import { energyWeights, resolventWeights, type Weights, weightedEnergy } from "./comparison-weights.ts";
import { smallestDepth } from "./nonlocal-depth.ts";

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
 * @param depth c_nl ≥ 0 with QV_nlQ ⪰ −c_nl
 */
export function comparisonDiagonal(
  kernels: Kernels,
  problem: EnclosedProblem,
  set: WaveSet,
  nX: number,
  weights: Weights = energyWeights(set.waves, nX),
  depth: Above = nonlocalDepth(problem.channels, problem.channels.length === 0 ? [] : set.tails(nX)),
): ComparisonDiagonal {
  const { waves } = set;
  const { tau } = weights;
  const sums = weightedSums(kernels, problem, set, nX, weights);
  const rows = new Float64Array(waves.count - nX);
  for (let row = nX; row < waves.count; row++) {
    const gershgorin = productAbove(provedAbove(sums[row - nX]!), exact(tau[row]!));
    const kinetic = differenceBelow(exact(waves.kinetic[row]!), provedAbove(waves.kineticError[row]!));
    rows[row - nX] = differenceBelow(differenceBelow(kinetic, gershgorin), depth);
  }
  return { rows, far: farEntry(problem, set, nX, weights, depth) };
}

/**
 * The better one of two: with weights by kinetic energy on the set, and with those of the resolvent
 * on a larger one, whose entries beyond the set count as outside.
 */
export function bestDiagonal(
  kernels: Kernels,
  problem: EnclosedProblem,
  set: WaveSet,
  nX: number,
): ComparisonDiagonal {
  const depth = smallestDepth(kernels, problem, set, nX);
  const simple = comparisonDiagonal(kernels, problem, set, nX, energyWeights(set.waves, nX), depth);
  const energy = weightedEnergy(problem, set.waves, nX);
  if (!(listSize(problem.reciprocal, energy).waves < MOST_WEIGHTS)) return simple;
  const waves = planeWavesBelow(problem.reciprocal, set.k, energy);
  invariant(
    set.waves.g.every((n, i) => waves.g[i] === n),
    () => `the first of ${waves.count} plane waves are not those of the set`,
  );
  const weights = resolventWeights(kernels, problem, waves, nX);
  if (weights === undefined) return simple;
  const outsideRadius = rootBelow(provedBelow(2 * waves.outside));
  const wide = comparisonDiagonal(kernels, problem, { ...set, waves, outsideRadius }, nX, weights, depth);
  if (!(leastEntry(wide) > leastEntry(simple))) return simple;
  const n = set.waves.count - nX;
  return { rows: wide.rows.slice(0, n), far: leastEntry({ rows: wide.rows.subarray(n), far: wide.far }) };
}

/** Plane waves with weights of their own: more take long. */
const MOST_WEIGHTS = 3e5;

/** The least D_G. */
export const leastEntry = ({ rows, far }: ComparisonDiagonal): Below =>
  minBelow(far, provedBelow(rows.reduce((low, d) => Math.min(low, d), Infinity)));

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
 * Computes them as (‖W‖₁ + |W| ∗ a)/cap with a = cap/τ − 1 on Q and −1 on X. No entry
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
    let near = waves.count;
    while (near > nX && tau[near - 1] === cap) near--;
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
 * Bounds D outside the set, where τ_G = cap. With a_s ≥ every cap/τ_G′ from shell s of the waves
 * on, a_s ≥ 1, and 1 outside, cap/τ_G′ is at most 1 + Σ (a_s − a_{s+1}) over the shells that do not
 * end before G′, whose waves are at least R − (radius of shell s) away:
 *
 *   Σ |W| cap/τ_G′ ≤ ‖W‖₁ + Σ_s (a_s − a_{s+1}) t₁(R − radius of shell s)
 */
function farEntry(
  { table }: EnclosedProblem,
  { waves, outsideRadius }: WaveSet,
  nX: number,
  { tau, cap }: Weights,
  depth: Above,
): Below {
  const all = table.sumBeyond(ALL);
  const shells: { ratio: Above; radius: Above }[] = [];
  let highest: Above = exact(0);
  for (let start = nX; start < waves.count; start += SHELL) {
    let ratio: Above = exact(1);
    for (let row = start; row < Math.min(start + SHELL, waves.count); row++) {
      ratio = maxAbove(ratio, quotientAbove(exact(cap), exact(tau[row]!)));
      highest = maxAbove(highest, kineticAbove(waves, row));
    }
    shells.push({ ratio, radius: radiusAbove(highest) });
  }
  const gershgorin = new SumAbove().add(all);
  let later: Above = exact(1);
  for (const { ratio, radius } of shells.reverse()) {
    if (!(ratio > later)) continue;
    const felt = minAbove(all, table.sumBeyond(differenceBelow(outsideRadius, radius)));
    gershgorin.addProduct(differenceAbove(ratio, exact(later)), felt);
    later = ratio;
  }
  return differenceBelow(differenceBelow(waves.outside, gershgorin.value), depth);
}

/** Waves of a shell, sorted by kinetic energy. */
const SHELL = 64;

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
