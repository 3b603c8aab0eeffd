import type { Model } from "../../model/model.ts";
import type { Occupation } from "../../state/occupation.ts";

/** Number of bands held, and number of bands that must converge. */
export interface BandCounts {
  readonly nBands: number;
  readonly nConverge: number;
}

/** Occupations below this [electrons] count as empty. */
export const OCCUPIED = 1e-6;

/**
 * Returns the electrons that the bands of one spin must hold at the start: all N without spin, and
 * (N + |M|)/2 of the majority spin for the total initial moment M.
 */
export function electronsToHold({ electrons, nSpin, atoms }: Model): number {
  if (nSpin === 1) return electrons;
  return (electrons + Math.abs(atoms.reduce((sum, { magneticMoment = 0 }) => sum + magneticMoment, 0))) / 2;
}

/**
 * Returns the number of bands at the start. With smearing, 5 % more than the electrons need must
 * converge and at least 20 % more are held: unconverged bands above speed up those below, and the
 * Fermi level needs empty bands. Without smearing three more are held.
 *
 * @param electrons electrons in the bands of one spin, see `electronsToHold`.
 * @param fMax electrons per full level.
 * @param chosen the user's number of bands, or null.
 * @param maxBands plane waves of the smallest sphere, the largest possible number of bands.
 */
export function initialBands(
  electrons: number,
  fMax: number,
  isSmeared: boolean,
  chosen: number | null,
  maxBands = Number.POSITIVE_INFINITY,
): BandCounts {
  const filled = Math.ceil(electrons / fMax);
  const needed = isSmeared ? Math.ceil(1.05 * filled) : filled;
  const held = isSmeared ? Math.max(needed + 3, Math.ceil(1.2 * filled)) : filled + 3;
  if (chosen === null) return { nBands: Math.min(held, maxBands), nConverge: Math.min(needed, maxBands) };
  return { nBands: chosen, nConverge: Math.min(needed, chosen) };
}

/** Returns the bands of the next step: all occupied ones converge, some empty ones are held. */
export function nextBands(
  { nBands, nConverge }: BandCounts,
  { occupations }: Occupation,
  isFixed: boolean,
  maxBands = Number.POSITIVE_INFINITY,
): BandCounts {
  const lastOccupied = Math.max(
    ...occupations.map((f) => {
      let last = f.length;
      while (last > 0 && Math.abs(f[last - 1]!) < OCCUPIED) last--;
      return last;
    }),
  );
  const converge = Math.max(nConverge, lastOccupied);
  if (isFixed) return { nBands, nConverge: Math.min(converge, nBands) };
  return {
    nBands: Math.min(Math.max(nBands, converge + 3), maxBands),
    nConverge: Math.min(converge, maxBands),
  };
}
