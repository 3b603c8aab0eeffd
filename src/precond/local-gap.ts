import type { Waves } from "../basis/waves.ts";
import { erfc } from "../common/erfc.ts";
import {
  addConstant,
  dotReal,
  newRealField,
  type ReadonlyRealField,
  type RealField,
  sumOverSpins,
  sumReal,
} from "../kernels/fields.ts";
import type { EnergyWindow } from "../state/energy-window.ts";
import { windowsAtFermiLevel } from "./ldos.ts";
import { thomasFermiStates } from "./local-thomas-fermi.ts";
import type { Iterate, IterateLevels } from "./preconditioner.ts";
import type { ResponseSpace } from "./response-space.ts";

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
/** Gaussian [bohr] that averages the density over an atom where it tells matter from vacuum. */
const BLUR_OF_MATTER = 1.5;
/** L below which a place is a metal. */
const LEAST = 0.05;
/** Density [bohr⁻³] of which half counts as matter: r_s = 3.6. */
const THIN = 0.005;

/** What the levels near the Fermi level say of every place. */
export interface LocalGap {
  /** D_σ(r) in the window of `ldos` [Ha⁻¹ bohr⁻³], shape [nSpin·N]. */
  readonly states: RealField;
  /** What there is of insulators; absent where L is below 0.05 everywhere. */
  readonly insulator?: {
    /** L(r) from 0 (metal, vacuum) to 1 (bound charges), shape [N]. */
    readonly place: RealField;
    /** An estimate of the gap where L is large [Ha]. */
    readonly gap: number;
  };
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
 * Averages are made of the waves of a response space, beyond which nothing is left of them, and first on its coarse grid: a metal needs
 * no more.
 *
 * @param inWindows local densities of states in `localGapWindows`, in their order.
 * @returns undefined at zero temperature, which has no window.
 */
export async function localGap(
  iterate: Iterate,
  inWindows: readonly RealField[],
  space: ResponseSpace,
): Promise<LocalGap | undefined> {
  const [own] = localGapWindows(iterate);
  const [states, inNarrow, inWide] = inWindows;
  if (own === undefined || states === undefined || inNarrow === undefined || inWide === undefined)
    return undefined;
  const rho = await iterate.density();
  const place = insulatingPlace(space, states, inNarrow, rho);
  if (place === undefined) return { states };
  // ∫L D̄ is ∫L̄ D.
  const weight = averaged(space, place, BLUR);
  const seenBy = (d: RealField) => dotReal(weight, sumOverSpins(d, weight.length));
  const gap = gapFromWindows(seenBy(states) / seenBy(inWide), own.width);
  return { states, insulator: { place, gap } };
}

/** L(r) on the fine grid; undefined where the coarse grid, which sees all that is left of averages, has no insulator. */
function insulatingPlace(
  space: ResponseSpace,
  states: RealField,
  inNarrow: RealField,
  rho: RealField,
): RealField | undefined {
  const { fine, coarse, onFine, onCoarse } = space;
  return fine.kernels.scratch((take) => {
    const [own] = averages(space, take, states, [BLUR]);
    const [narrow] = averages(space, take, inNarrow, [BLUR]);
    const [broad, close] = averages(space, take, rho, [BLUR, BLUR_OF_MATTER]);
    const on = (waves: Waves, points: number) =>
      placeOf(atPoints(waves, points, own!, narrow!), atPoints(waves, points, broad!, close!));
    return on(onCoarse, coarse.points).some((x) => x >= LEAST) ? on(onFine, fine.points) : undefined;
  });
}

/** L of D̄ in both windows, and of ρ̄ over 2.5 and over 1.5 bohr. */
function placeOf([own, narrow]: RealFields, [broad, close]: RealFields): RealField {
  const gas = thomasFermiStates(broad, 1);
  const place = newRealField(gas.length);
  for (let r = 0; r < place.length; r++) {
    const q = Math.max(0, narrow[r]!) / (Math.max(0, own[r]!) + NONE * gas[r]! + Number.MIN_VALUE);
    place[r] = matterOf(close[r]!) * Math.min(1, Math.max(0, (METAL - q) / (METAL - INSULATOR)));
  }
  return place;
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
export const matter = (space: ResponseSpace, rho: ReadonlyRealField): RealField =>
  averaged(space, rho, BLUR_OF_MATTER).map(matterOf) as RealField;

const matterOf = (rho: number): number => (rho > 0 ? rho ** 2 / (rho ** 2 + THIN ** 2) : 0);

/** The sum over spins, averaged with a Gaussian of some width [bohr]; shape [N]. */
function averaged(space: ResponseSpace, f: ReadonlyRealField, width: number): RealField {
  const { fine, onFine } = space;
  return fine.kernels.scratch((take) => {
    const [average] = averages(space, take, f, [width]);
    const out = newRealField(fine.points);
    onFine.inverse(out, average!.waves);
    addConstant(out, average!.mean);
    return out;
  });
}

/** What averages leave of a field: its mean, and waves in the memory of the kernels. */
interface Average {
  readonly mean: number;
  readonly waves: Float64Array;
}

/** The sum over spins, averaged with Gaussians e^{−|G|²w²/2} of some widths w [bohr], of which the waves of the space see all. */
function averages(
  { fine, onFine, coulomb }: ResponseSpace,
  take: (length: number) => Float64Array,
  f: ReadonlyRealField,
  widths: readonly number[],
): Average[] {
  const total = sumOverSpins(f, fine.points);
  const mean = sumReal(total) / total.length;
  const [all, factor] = [take(2 * coulomb.length), take(coulomb.length)];
  onFine.forward(all, total);
  return widths.map((width) => {
    for (let j = 0; j < factor.length; j++) factor[j] = Math.exp((-2 * Math.PI * width ** 2) / coulomb[j]!);
    const waves = take(all.length);
    fine.kernels.multiplyRows(waves, factor.length, 1, factor, all);
    return { mean, waves };
  });
}

type RealFields = readonly [RealField, RealField];

/** Two averages at the points of a grid. */
function atPoints(waves: Waves, points: number, x: Average, y: Average): RealFields {
  const [f, g] = [newRealField(points), newRealField(points)];
  waves.inversePair(f, x.waves, g, y.waves);
  addConstant(f, x.mean);
  addConstant(g, y.mean);
  return [f, g];
}
