import type { Levels } from "./occupation.ts";

/** Gaussian weight of levels: δ(ε) = e^{−((ε − center)/width)²}/(width √π). */
export interface EnergyWindow {
  /** [Ha] */
  readonly center: number;
  /** [Ha], positive. */
  readonly width: number;
}

/**
 * Levels farther than this many widths are left out of a preconditioner's local densities of
 * states, erfc(2) = 0.5 % of a constant density of states: half of the bands need no transform.
 */
const REACH = 2;

/**
 * Returns amount · δ(e) [amount/Ha], 0 for levels that are not numbers.
 *
 * @param amount electrons the level can hold, w_k fMax.
 * @param reach number of widths beyond which levels count as 0.
 */
export function gaussianWeight(
  { center, width }: EnergyWindow,
  e: number,
  amount: number,
  reach = Number.POSITIVE_INFINITY,
): number {
  const x = (e - center) / width;
  return Math.abs(x) <= reach ? (amount * Math.exp(-x * x)) / (width * Math.sqrt(Math.PI)) : 0;
}

/** Returns weights of a local density of states, w_k fMax δ(ε_nk) [Ha⁻¹], one array per block. */
export const windowWeights = (
  levels: readonly Levels[],
  fMax: number,
  window: EnergyWindow,
  reach = REACH,
): Float64Array[] =>
  levels.map(({ weight, eigenvalues }) =>
    Float64Array.from(eigenvalues, (e) => gaussianWeight(window, e, weight * fMax, reach)),
  );
