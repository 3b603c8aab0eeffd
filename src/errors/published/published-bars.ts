import { requireInput } from "../../common/failure.ts";
import type { Vec3 } from "../../common/vec3.ts";
import { interval, lowerEnd } from "../../interval/interval.ts";
import { norm2Above } from "../../interval/norms.ts";
import { type Above, gamma, productAbove, quotientAbove, sizeOf, sumAbove } from "../../interval/sides.ts";
import { sqrt } from "../../interval/sqrt.ts";
import type { GridSize, Kernels } from "../../kernels/kernels.ts";
import { type Applied, applyEnclosed } from "../apply/apply-enclosed.ts";
import { columnRange, type TrialPanel, trialPanel } from "../apply/trial-panel.ts";
import { type Estimate, estimate } from "../estimate.ts";
import { type EnclosedProblem, waveSet } from "../problem/enclosed-hamiltonian.ts";
import { countBelow } from "../problem/reciprocal.ts";
import { denseEigenpairs } from "../propose/dense-eigenpairs.ts";
import { accurateOverlap } from "../ritz/accurate-dot.ts";
import { potentialRange } from "./potential-range.ts";
import { publishedGap } from "./published-gap.ts";

/** One band by the published method. */
export interface PublishedBar {
  /** The Ritz value [Ha], the potential's constant left out. */
  readonly theta: number;
  /** Proved: some eigenvalue lies within `radius` of `theta`, without its index [BF60]. */
  readonly someEigenvalueWithin: { readonly kind: "bound"; readonly radius: Above };
  /** Lower bound μ* of the next band, −∞ where there is none. */
  readonly nextAbove: Estimate;
  /** ‖r‖²/gap of Kato and Temple with gaps from μ*; infinite where a gap is not positive. */
  readonly katoTemple: Estimate;
  /** What is drawn: the smaller of the two; half of the bar's length. */
  readonly bar: Estimate;
}

export interface PublishedOptions {
  readonly nBands: number;
  /** E_cut of the basis X [Ha]; all of its eigenproblem is solved. */
  readonly cutoff: number;
  /** E_cut2 of the set Y that residuals are formed on [Ha]. */
  readonly outerCutoff: number;
  /** Ritz vectors in the gap bound, M. Default nBands. */
  readonly block?: number;
  /** Grid for the range of the potential; it must hold the whole table. */
  readonly grid: GridSize;
}

/**
 * The error bars of [HLC20] for a fixed Hamiltonian: min(‖r‖, ‖r‖²/min(gap_{n−1}, gap_n)), gap_n =
 * μ*_{n+1} − θ_n, with what was missing for a proof repaired as docs/bounds.md, section 7, says.
 * For comparison: enclosures come from `encloseBands`.
 *
 * @throws InputError if fewer plane waves than vectors lie below the cutoff.
 */
export function publishedBars(
  kernels: Kernels,
  problem: EnclosedProblem,
  k: Vec3,
  { nBands, cutoff, outerCutoff, block = nBands, grid }: PublishedOptions,
): PublishedBar[] {
  const set = waveSet(problem, k, outerCutoff);
  const nX = countBelow(set.waves, cutoff);
  requireInput(
    nBands >= 1 && nBands <= block && block < nX,
    () => `published bars: 1 ≤ nBands ≤ block < ${nX} plane waves are needed, got ${nBands} and ${block}`,
  );
  const { values, vectors } = denseEigenpairs(kernels, problem, waveSet(problem, k, cutoff));
  const u = trialPanel(nX, block, vectors);
  const applied = applyEnclosed(kernels, problem, set, u);
  const range = potentialRange(kernels, problem, grid);
  const gap = publishedGap(kernels, problem, set, nX, values, applied, range);
  const gaps = Array.from({ length: nBands }, (_, i) => gap.above(i + 1));
  return gaps.map((nextAbove, i) => {
    const radius = residualAbove(applied, u, set.waves.count, values[i]!, i);
    const distances = [nextAbove.value - values[i]!];
    if (i > 0) distances.push(gaps[i - 1]!.value - values[i - 1]!);
    const least = Math.min(...distances);
    const katoTemple = least > 0 ? (radius * radius) / least : Infinity;
    return {
      theta: values[i]!,
      someEigenvalueWithin: { kind: "bound", radius },
      nextAbove,
      katoTemple: estimate(katoTemple),
      bar: estimate(Math.min(radius, katoTemple)),
    };
  });
}

/** ‖Hu − θu‖/‖u‖ for the vector in column j: inside the set, its rounding, and outside. */
export function residualAbove(
  { values, errors, tails }: Applied,
  { rows, data }: TrialPanel,
  count: number,
  theta: number,
  j: number,
): Above {
  const residual = values.slice(...columnRange(count, j));
  for (let i = 0; i < 2 * rows; i++) residual[i]! -= theta * data[2 * rows * j + i]!;
  const [size, norm] = [norm2Above(residual), norm2Above(data, ...columnRange(rows, j))];
  const rounding = productAbove(gamma(1), sumAbove(size, productAbove(sizeOf(theta), norm)));
  const length = lowerEnd(
    sqrt(interval(Math.max(0, accurateOverlap(rows, data, rows * j, data, rows * j).re.lo))),
  );
  return quotientAbove(sumAbove(size, errors[j]!, rounding, tails[j]!), length);
}
