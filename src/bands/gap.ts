import type { Vec3 } from "../common/vec3.ts";

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
export const bandTop = (kpoints: readonly Energies[], filled: number): Edge => extreme(kpoints, filled - 1, 1);

/** @returns undefined when band `filled` + 1 was not computed, or nothing is filled. */
export function gapAlong(kpoints: readonly Energies[], filled: number): GapEstimate | undefined {
  const isKnown = filled > 0 && kpoints.every(({ energies }) => energies.length > filled);
  if (kpoints.length === 0 || !isKnown) return undefined;
  const top = bandTop(kpoints, filled);
  const bottom = extreme(kpoints, filled, -1);
  const vertical = kpoints.map(({ k, energies }) => ({ k, energies: [energies[filled]! - energies[filled - 1]!] }));
  return { top, bottom, gap: bottom.energy - top.energy, direct: extreme(vertical, 0, -1) };
}

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

/**
 * The energy that pictures measure from.
 *
 * With a Fermi level (a self-consistent run): the top of the filled bands where the Fermi level lies in a gap, else the
 * Fermi level. Without: the top of band N/2 along the path, or of the highest computed where fewer are.
 *
 * @param filled bands full at every k, N/f_max; not a whole number in a metal with an odd number of electrons.
 */
export function zeroOfEnergy(
  kpoints: readonly Energies[],
  filled: number,
  reference?: { readonly fermiLevel: number; readonly valenceMaximum?: number | undefined },
): number {
  const count = kpoints[0]?.energies.length ?? 0;
  const whole = Math.max(1, Math.min(Math.floor(filled), count));
  const top = bandTop(kpoints, whole).energy;
  if (reference === undefined) return top;
  const { fermiLevel, valenceMaximum = Number.NEGATIVE_INFINITY } = reference;
  if (!Number.isInteger(filled) || count < filled) return fermiLevel;
  const valence = Math.max(top, valenceMaximum);
  const conduction = gapAlong(kpoints, filled)?.bottom.energy ?? Number.POSITIVE_INFINITY;
  // The Fermi level of a run without smearing is its highest filled level: it may lie below the top along the path.
  const isInsulator = valence < conduction && fermiLevel < conduction;
  const isAbove = fermiLevel >= valence - SAME_ABOVE;
  return isInsulator && (isAbove || reference.valenceMaximum !== undefined) ? valence : fermiLevel;
}

const SAME_ABOVE = 1e-6;
