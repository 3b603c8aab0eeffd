import type { Waves } from "../basis/waves.ts";
import { erfc } from "../common/special/erfc.ts";
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

/** Width [bohr] of the average over an atom and its bonds: half a distance of neighbours. */
const BLUR = 2.5;
/** Widths of the narrow and the wide window, in units of the window of `ldos`. */
const NARROW = 1 / 4;
const WIDE = 4;
/** Least q of a metal and largest q of an insulator. */
const Q_METAL = 0.5;
const Q_INSULATOR = 0.3;
/** LDOS below this part of the free-electron value counts as zero. */
const SMALLEST_STATES = 0.05;
/** Width [bohr] of the average of the density that tells material from vacuum. */
const DENSITY_BLUR = 1.5;
/** L below this value everywhere counts as zero. */
const SMALLEST_L = 0.05;
/** Density [bohr⁻³] at which the fraction of material is a half: r_s = 3.6. */
const HALF_DENSITY = 0.005;

/** Local density of states and local gap near the Fermi level. */
export interface LocalGap {
  /** D_σ(r) in the window of `ldos` [Ha⁻¹ bohr⁻³], shape [nSpin·N]. */
  readonly states: RealField;
  /** The insulating region; absent where L is below 0.05 everywhere. */
  readonly insulator?: {
    /** L(r) from 0 (metal, vacuum) to 1 (bound charges), shape [N]. */
    readonly localisation: RealField;
    /** Estimate of the gap where L is large [Ha]. */
    readonly gap: number;
  };
}

/** Returns the energy windows of `localGap`; none at zero temperature. */
export const localGapWindows = (levels: IterateLevels): EnergyWindow[] =>
  windowsAtFermiLevel(levels).flatMap(({ center, width }) =>
    [1, NARROW, WIDE].map((factor) => ({ center, width: factor * width })),
  );

/**
 * Finds the region in which the levels leave a gap about the Fermi level; a semiconductor beside a
 * metal has one, although the whole system has none. Let D_w be the LDOS in a window of width w, w₀
 * the width of `ldos`, D̄ an average over 2.5 bohr, which counts states that leak from the metal
 * into the first layers of the insulator as metallic, and D_TF the LDOS of a free-electron gas of
 * the same density, whose twentieth part counts as zero. Then
 *
 *   q(r) = D̄_{w₀/4}/(D̄_{w₀} + 0.05 D̄_TF)
 *
 * is about 1 in a metal and goes to zero in a gap, even where w₀ covers both edges. L rises from 0
 * at q = 0.5 to 1 at q = 0.3, and is 0 in vacuum. With a constant density of states on both sides
 * of a gap of width 2x,
 *
 *   ∫L D_{w₀} / ∫L D_{4w₀} = erfc(x/w₀)/erfc(x/4w₀)
 *
 * gives x. An SCF holds few empty bands: an upper edge above them is taken to be as far from the
 * Fermi level as the lower one. Averages use the waves of the response space, beyond which they
 * vanish, first on its coarse grid; a metal needs no more.
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
  const localisation = insulatingRegion(space, states, inNarrow, rho);
  if (localisation === undefined) return { states };
  // ∫L D̄ is ∫L̄ D.
  const weight = averaged(space, localisation, BLUR);
  const statesIn = (d: RealField) => dotReal(weight, sumOverSpins(d, weight.length));
  const gap = gapFromWindows(statesIn(states) / statesIn(inWide), own.width);
  return { states, insulator: { localisation, gap } };
}

/** Returns L(r) on the fine grid; undefined if L vanishes on the coarse grid. */
function insulatingRegion(
  space: ResponseSpace,
  states: RealField,
  inNarrow: RealField,
  rho: RealField,
): RealField | undefined {
  const { fine, coarse, onFine, onCoarse } = space;
  return fine.kernels.scratch((take) => {
    const [own] = averages(space, take, states, [BLUR]);
    const [narrow] = averages(space, take, inNarrow, [BLUR]);
    const [broad, close] = averages(space, take, rho, [BLUR, DENSITY_BLUR]);
    const on = (waves: Waves, points: number) =>
      localisationFrom(atPoints(waves, points, own!, narrow!), atPoints(waves, points, broad!, close!));
    return on(onCoarse, coarse.points).some((x) => x >= SMALLEST_L) ? on(onFine, fine.points) : undefined;
  });
}

/** Returns L from D̄ in both windows and from ρ̄ over 2.5 and over 1.5 bohr. */
function localisationFrom([own, narrow]: RealFields, [broad, close]: RealFields): RealField {
  const gas = thomasFermiStates(broad, 1);
  const localisation = newRealField(gas.length);
  for (let r = 0; r < localisation.length; r++) {
    const q = Math.max(0, narrow[r]!) / (Math.max(0, own[r]!) + SMALLEST_STATES * gas[r]! + Number.MIN_VALUE);
    localisation[r] =
      materialFraction(close[r]!) * Math.min(1, Math.max(0, (Q_METAL - q) / (Q_METAL - Q_INSULATOR)));
  }
  return localisation;
}

/** Returns 2x ≤ 8 w that solves erfc(x/w)/erfc(x/4w) = ratio; 0 for a ratio of 1 or more. */
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

/** Returns ρ̄²/(ρ̄² + (0.005 bohr⁻³)²), ρ̄ over 1.5 bohr: 1 in material, 0 in vacuum; shape [N]. */
export function material(space: ResponseSpace, rho: ReadonlyRealField): RealField {
  const out = averaged(space, rho, DENSITY_BLUR);
  toMaterialFraction(out);
  return out;
}

function toMaterialFraction(rho: RealField): void {
  for (let r = 0; r < rho.length; r++) rho[r] = materialFraction(rho[r]!);
}

const materialFraction = (rho: number): number => (rho > 0 ? rho ** 2 / (rho ** 2 + HALF_DENSITY ** 2) : 0);

/** Returns the sum over spins, averaged with a Gaussian of the given width [bohr]; shape [N]. */
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

/** Averaged field: its mean, and its waves in the memory of the kernels. */
interface Average {
  readonly mean: number;
  readonly waves: Float64Array;
}

/** Averages the sum over spins with Gaussians e^{−|G|²w²/2} of widths w [bohr]. */
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

/** Evaluates two averages at the points of a grid. */
function atPoints(waves: Waves, points: number, x: Average, y: Average): RealFields {
  const [f, g] = [newRealField(points), newRealField(points)];
  waves.inversePair(f, x.waves, g, y.waves);
  addConstant(f, x.mean);
  addConstant(g, y.mean);
  return [f, g];
}
