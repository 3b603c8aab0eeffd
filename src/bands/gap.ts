import type { Vec3 } from "../common/vec3.ts";
import { type Interval, interval, sub } from "../interval/interval.ts";

/** Level and its k-point. */
export interface Edge {
  /** [Ha] */
  readonly energy: number;
  readonly k: Vec3;
  /** Index of the k-point. */
  readonly index: number;
}

/** Gap between bands N/2 and N/2 + 1 of N electrons on a path: an estimate, without other k. */
export interface GapEstimate {
  /** Highest level of band N/2. */
  readonly top: Edge;
  /** Lowest level of the next band. */
  readonly bottom: Edge;
  /** bottom − top [Ha]; negative if the bands overlap. */
  readonly gap: number;
  /** Smallest vertical distance of the two bands. */
  readonly direct: Edge;
}

/** Bands of one k-point. */
export interface Energies {
  readonly k: Vec3;
  /** [Ha], ascending. */
  readonly energies: ArrayLike<number>;
}

/** Returns the highest level of band `filled`, counted from 1; the first of equal ones. */
export const bandTop = (kpoints: readonly Energies[], filled: number): Edge =>
  extreme(kpoints, filled - 1, 1);

/** @returns undefined if band `filled` + 1 was not computed, or nothing is filled. */
export function gapAlong(kpoints: readonly Energies[], filled: number): GapEstimate | undefined {
  const isKnown = filled > 0 && kpoints.every(({ energies }) => energies.length > filled);
  if (kpoints.length === 0 || !isKnown) return undefined;
  const top = bandTop(kpoints, filled);
  const bottom = extreme(kpoints, filled, -1);
  const vertical = kpoints.map(({ k, energies }) => ({
    k,
    energies: [energies[filled]! - energies[filled - 1]!],
  }));
  return { top, bottom, gap: bottom.energy - top.energy, direct: extreme(vertical, 0, -1) };
}

/** Level with its proved ends [Ha]; unknown without them. */
export interface EnclosedLevel {
  readonly lower?: number | undefined;
  readonly upper?: number | undefined;
  readonly guaranteed?: boolean | undefined;
}

/**
 * Returns an interval that contains min λ_{N+1}(k) − max λ_N(k) over the listed k-points, N =
 * `filled`: the ends of the two extremes are the extremes of the ends. It says nothing about other
 * k-points.
 *
 * @returns undefined unless both levels are enclosed at every k-point.
 */
export function gapEnclosure(
  kpoints: readonly { readonly bands: readonly EnclosedLevel[] }[],
  filled: number,
): Interval | undefined {
  if (kpoints.length === 0 || !(filled > 0)) return undefined;
  let [top, bottom]: [Interval | undefined, Interval | undefined] = [undefined, undefined];
  for (const { bands } of kpoints) {
    const [valence, conduction] = [endsOf(bands[filled - 1]), endsOf(bands[filled])];
    if (valence === undefined || conduction === undefined) return undefined;
    top = top && interval(Math.max(top.lo, valence.lo), Math.max(top.hi, valence.hi));
    bottom = bottom && interval(Math.min(bottom.lo, conduction.lo), Math.min(bottom.hi, conduction.hi));
    top ??= valence;
    bottom ??= conduction;
  }
  return sub(bottom!, top!);
}

const endsOf = (level: EnclosedLevel | undefined): Interval | undefined =>
  level?.guaranteed === true && level.lower !== undefined && level.upper !== undefined
    ? interval(level.lower, level.upper)
    : undefined;

/** Levels closer than this are equal [Ha]: the solver's tolerance, invisible in pictures. */
const SAME_LEVEL = 1e-7;

function extreme(kpoints: readonly Energies[], band: number, sign: 1 | -1): Edge {
  let best = 0;
  kpoints.forEach(({ energies }, i) => {
    if (sign * (energies[band]! - kpoints[best]!.energies[band]!) > SAME_LEVEL) best = i;
  });
  const { k, energies } = kpoints[best]!;
  return { energy: energies[band]!, k, index: best };
}

/** Levels of a self-consistent run on its own k-points. */
export interface ReferenceLevels {
  /** [Ha] */
  readonly fermiLevel: number;
  /** Highest level of band N/2 [Ha]; absent if no number of bands is full at every k. */
  readonly valenceMaximum?: number | undefined;
}

/** Zero of energy of a picture. */
export interface ZeroOfEnergy {
  /** [Ha] */
  readonly energy: number;
  /** Valence maximum of an insulator, Fermi level, or top of band N/2 without a reference. */
  readonly kind: "valence-maximum" | "fermi-level" | "band-top";
  /** Number of the band, counted from 1. */
  readonly band?: number;
  /** Index of the level's k-point; absent for a Fermi level or a k-point of the reference run. */
  readonly index?: number;
}

/**
 * Chooses the zero of energy. After a self-consistent run it is the highest filled level if the
 * Fermi level lies in a gap, otherwise the Fermi level; without a run the top of band N/2, or of
 * the highest band, at these k-points.
 *
 * @param kpoints levels in the basis of `reference`; a larger basis has lower ones.
 * @param filled bands full at every k, N/f_max; not an integer for an odd number of electrons.
 */
export function zeroOfEnergy(
  kpoints: readonly Energies[],
  filled: number,
  reference?: ReferenceLevels,
): ZeroOfEnergy {
  const count = kpoints[0]?.energies.length ?? 0;
  if (reference === undefined) {
    const band = Math.max(1, Math.min(Math.floor(filled), count));
    const { energy, index } = bandTop(kpoints, band);
    return { energy, kind: "band-top", band, index };
  }
  const { fermiLevel, valenceMaximum } = reference;
  const metal: ZeroOfEnergy = { energy: fermiLevel, kind: "fermi-level" };
  if (valenceMaximum === undefined || count < filled) return metal;
  const top = bandTop(kpoints, filled);
  const valence = Math.max(valenceMaximum, top.energy);
  const conduction = gapAlong(kpoints, filled)?.bottom.energy ?? Number.POSITIVE_INFINITY;
  // Without smearing the Fermi level is the run's highest filled level; these k-points may exceed
  // it.
  const isInGap =
    valenceMaximum <= fermiLevel + SAME_LEVEL && fermiLevel < conduction && valence < conduction;
  if (!isInGap) return metal;
  const isHere = top.energy >= valenceMaximum - SAME_LEVEL;
  return {
    energy: isHere ? top.energy : valenceMaximum,
    kind: "valence-maximum",
    band: filled,
    ...(isHere ? { index: top.index } : {}),
  };
}

/**
 * Returns the zero with its energy from better levels of the listed k-points, if it is among them.
 */
export function zeroAmong(kpoints: readonly Energies[], zero: ZeroOfEnergy): ZeroOfEnergy {
  if (zero.index === undefined || zero.band === undefined) return zero;
  const { energy, index } = bandTop(kpoints, zero.band);
  return { ...zero, energy, index };
}
