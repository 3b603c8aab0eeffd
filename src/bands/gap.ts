import type { Vec3 } from "../common/vec3.ts";
import { type Interval, interval, sub } from "../interval/interval.ts";

/** A level and where it is. */
export interface Edge {
  /** [Ha] */
  readonly energy: number;
  readonly k: Vec3;
  /** Index of the k-point. */
  readonly index: number;
}

/** What band energies along a path say about the gap between bands N/2 and N/2 + 1: an estimate, for other k were not looked at. */
export interface GapEstimate {
  /** Highest level of band N/2. */
  readonly top: Edge;
  /** Lowest level of the next band. */
  readonly bottom: Edge;
  /** bottom − top [Ha]; negative when the bands overlap. */
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

/** The highest level of band number `filled`, counted from 1; the first one where several k-points share it. */
export const bandTop = (kpoints: readonly Energies[], filled: number): Edge =>
  extreme(kpoints, filled - 1, 1);

/** @returns undefined when band `filled` + 1 was not computed, or nothing is filled. */
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

/** A level between proved ends [Ha]; without them nothing is known of it. */
export interface EnclosedLevel {
  readonly lower?: number | undefined;
  readonly upper?: number | undefined;
  readonly guaranteed?: boolean | undefined;
}

/**
 * An interval that certainly holds min λ_{N+1}(k) − max λ_N(k) over the listed k-points, N = `filled`: the ends of the two
 * extremes are the extremes of the ends. Other k-points are not spoken of.
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

/** Levels nearer than this are one level [Ha]: solver tolerance, and no picture shows less. */
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
  /** Highest level of band N/2 [Ha]; absent where no number of bands is full at every k. */
  readonly valenceMaximum?: number | undefined;
}

/** The energy that pictures measure from, and what it is. */
export interface ZeroOfEnergy {
  /** [Ha] */
  readonly energy: number;
  /** Highest level of the filled bands of an insulator; Fermi level; top of band N/2 of a Hamiltonian without electrons. */
  readonly kind: "valence-maximum" | "fermi-level" | "band-top";
  /** Number of that band, counted from 1. */
  readonly band?: number;
  /** Index of the k-point with that level; absent for a Fermi level, and where a k-point of the run itself is higher. */
  readonly index?: number;
}

/**
 * After a self-consistent run: the highest filled level if the Fermi level lies in a gap, otherwise the Fermi level.
 * Without: the top of band N/2 among these k-points, or of the highest band there is.
 *
 * @param kpoints levels of the basis that `reference` is of: those of a larger one are lower.
 * @param filled bands full at every k, N/f_max; no whole number for an odd number of electrons.
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
  // Without smearing the Fermi level is the highest filled level of the run, which these k-points may exceed.
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
 * The same zero where the levels of the listed k-points are better known by now: its level's place is looked up among them.
 * One that is not among them stays.
 */
export function zeroAmong(kpoints: readonly Energies[], zero: ZeroOfEnergy): ZeroOfEnergy {
  if (zero.index === undefined || zero.band === undefined) return zero;
  const { energy, index } = bandTop(kpoints, zero.band);
  return { ...zero, energy, index };
}
