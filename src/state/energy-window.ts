import type { Levels } from "./occupation.ts";

/** Levels seen through a Gaussian: δ(ε) = e^{−((ε − center)/width)²}/(width √π). */
export interface EnergyWindow {
  /** [Ha] */
  readonly center: number;
  /** [Ha], positive. */
  readonly width: number;
}

/**
 * Levels farther from the center than this many widths are left out of a preconditioner's windows, erfc(2) = 0.5 % of an even
 * density of states: half of the bands then need no transform.
 */
const REACH = 2;

/**
 * What a window sees of a level, amount · δ(e) [amount/Ha].
 *
 * @param amount what the level holds, w_k fMax [electrons].
 * @param reach levels farther from the center than this many widths, and those that are no number, count nothing.
 */
export function seenInWindow(
  { center, width }: EnergyWindow,
  e: number,
  amount: number,
  reach = Number.POSITIVE_INFINITY,
): number {
  const x = (e - center) / width;
  return Math.abs(x) <= reach ? (amount * Math.exp(-x * x)) / (width * Math.sqrt(Math.PI)) : 0;
}

/** Weights of a local density of states, w_k fMax δ(ε_nk) [Ha⁻¹], one array per block. */
export const windowWeights = (
  levels: readonly Levels[],
  fMax: number,
  window: EnergyWindow,
  reach = REACH,
): Float64Array[] =>
  levels.map(({ weight, eigenvalues }) =>
    Float64Array.from(eigenvalues, (e) => seenInWindow(window, e, weight * fMax, reach)),
  );
