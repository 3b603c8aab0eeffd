import type { Grid } from "../basis/grid.ts";
import { type ReadonlyRealField, type RealField, sumOverSpins } from "../kernels/fields.ts";
import { erfc } from "../model/erfc.ts";
import type { EnergyWindow } from "../state/energy-window.ts";
import { windowsAtFermiLevel } from "./ldos.ts";
import { thomasFermiStates } from "./local-thomas-fermi.ts";
import type { Iterate, IterateLevels } from "./preconditioner.ts";

/** Gaussian [bohr] that averages over an atom and its bonds: half a distance of neighbours. */
const BLUR = 2.5;
/** Widths of the narrow and the wide window, in those of `ldos`. */
const NARROW = 1 / 4;
const WIDE = 4;
/** q of a metal at least, and of an insulator at most. */
const METAL = 0.5;
const INSULATOR = 0.3;
/** Fewer states than this part of an electron gas of the same density are none. */
const NONE = 0.05;
/** Density [bohr⁻³] of which half counts as matter: r_s = 3.6. */
const THIN = 0.005;

/** What the levels near the Fermi level say of every place. */
export interface LocalGap {
  /** D_σ(r) in the window of `ldos` [Ha⁻¹ bohr⁻³], shape [nSpin·N]. */
  readonly states: RealField;
  /** L(r) from 0 (metal, vacuum) to 1 (bound charges), shape [N]. */
  readonly insulating: RealField;
  /** An estimate of the gap where L is large [Ha]. */
  readonly gap: number;
}

/** The windows that `localGap` looks through; none at zero temperature. */
export const localGapWindows = (levels: IterateLevels): EnergyWindow[] =>
  windowsAtFermiLevel(levels).flatMap(({ center, width }) =>
    [1, NARROW, WIDE].map((factor) => ({ center, width: factor * width })),
  );

/**
 * Where in a system the levels leave a gap about the Fermi level: a semiconductor beside a metal has one, though the whole has none.
 * With D_w the local density of states in a window of width w, w₀ that of `ldos`, and averages over 2.5 bohr, so that the metal's states
 * in the first layers of the insulator count as metal,
 *
 *   q(r) = D̄_{w₀/4}/(D̄_{w₀} + 0.05 D̄_TF)
 *
 * is about 1 in a metal and goes to zero in a gap, even where w₀ sees both of its edges. D_TF, that of an electron gas of the same
 * density, says what no states are. L goes from 0 at q = 0.5 to 1 at q = 0.3, where there is matter (`matter`). With a constant
 * density of states on both sides of a gap of width 2x,
 *
 *   ∫L D_{w₀} / ∫L D_{4w₀} = erfc(x/w₀)/erfc(x/4w₀)
 *
 * gives x. An SCF holds few empty bands: where the upper edge is not seen, it is taken to be as far as the lower one.
 *
 * @returns undefined at zero temperature, which has no window.
 */
export async function localGap(iterate: Iterate): Promise<LocalGap | undefined> {
  const [own, narrow, wide] = localGapWindows(iterate);
  if (own === undefined || narrow === undefined || wide === undefined) return undefined;
  const { grid } = iterate;
  const seen = ({ width, center }: EnergyWindow) => iterate.localDensityOfStates(width, center);
  const [states, rho] = [await seen(own), await iterate.density()];
  const inOwn = averaged(grid, states, BLUR);
  const inNarrow = averaged(grid, await seen(narrow), BLUR);
  const inWide = averaged(grid, await seen(wide), BLUR);
  const gas = thomasFermiStates(averaged(grid, rho, BLUR), 1);
  const insulating = matter(grid, rho);
  let [sumOwn, sumWide] = [0, 0];
  for (let r = 0; r < grid.points; r++) {
    const q = Math.max(0, inNarrow[r]!) / (Math.max(0, inOwn[r]!) + NONE * gas[r]! + Number.MIN_VALUE);
    insulating[r]! *= Math.min(1, Math.max(0, (METAL - q) / (METAL - INSULATOR)));
    sumOwn += insulating[r]! * inOwn[r]!;
    sumWide += insulating[r]! * inWide[r]!;
  }
  return { states, insulating, gap: gapFromWindows(sumOwn / sumWide, own.width) };
}

/** 2x with erfc(x/w)/erfc(x/4w) = ratio, at most 8 w; 0 where the ratio is not below 1. */
export function gapFromWindows(ratio: number, width: number): number {
  if (!(ratio < 1)) return 0;
  let [low, high] = [0, 4 * width];
  for (let i = 0; i < 50; i++) {
    const x = 0.5 * (low + high);
    if (erfc(x / width) > ratio * erfc(x / (WIDE * width))) low = x;
    else high = x;
  }
  return low + high;
}

/** ρ̄²/(ρ̄² + (0.005 bohr⁻³)²), the density averaged over 1.5 bohr: 1 where there is matter, 0 in a vacuum; shape [N]. */
export const matter = (grid: Grid, rho: ReadonlyRealField): RealField =>
  averaged(grid, rho, 1.5).map((x) => (x > 0 ? x ** 2 / (x ** 2 + THIN ** 2) : 0)) as RealField;

/** The sum over spins, averaged with a Gaussian of some width [bohr]; shape [N]. */
function averaged(grid: Grid, f: ReadonlyRealField, width: number): RealField {
  const { points, normG2 } = grid;
  const coefficients = grid.toFourier(sumOverSpins(f, points));
  for (let g = 0; g < points; g++) {
    const factor = Math.exp(-0.5 * normG2[g]! * width ** 2);
    coefficients[2 * g]! *= factor;
    coefficients[2 * g + 1]! *= factor;
  }
  return grid.toReal(coefficients);
}
