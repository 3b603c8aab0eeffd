import type { Levels } from "./occupation.ts";

/** Levels seen through a Gaussian: δ(ε) = e^{−((ε − center)/width)²}/(width √π). */
export interface EnergyWindow {
  /** [Ha] */
  readonly center: number;
  /** [Ha], positive. */
  readonly width: number;
}

/**
 * Levels farther from the center than this many widths are left out, erfc(2) = 0.5 % of an even density of states: half of the bands
 * then need no transform.
 */
const REACH = 2;

/** w_k fMax δ(ε_nk) [Ha⁻¹]: the weights of a local density of states, one array per block. */
export const windowWeights = (
  levels: readonly Levels[],
  fMax: number,
  { center, width }: EnergyWindow,
): Float64Array[] =>
  levels.map(({ weight, eigenvalues }) =>
    Float64Array.from(eigenvalues, (e) => {
      const x = (e - center) / width;
      return Math.abs(x) > REACH ? 0 : (weight * fMax * Math.exp(-x * x)) / (width * Math.sqrt(Math.PI));
    }),
  );
