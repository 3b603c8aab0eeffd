import type { Model } from "../../model/model.ts";
import type { Occupation } from "../../state/occupation.ts";

/** How many bands are held and how many of them must converge. */
export interface BandCounts {
  readonly nBands: number;
  readonly nConverge: number;
}

/** Occupations below this are not counted as occupied [electrons]. */
const OCCUPIED = 1e-6;

/**
 * Electrons that the bands of one spin must hold at the start: all N where spins share orbitals, and those of the
 * majority spin, (N + |M|)/2, for the total initial moment M of a spin-polarised run.
 */
export function electronsToHold({ electrons, nSpin, atoms }: Model): number {
  if (nSpin === 1) return electrons;
  return (electrons + Math.abs(atoms.reduce((sum, { magneticMoment = 0 }) => sum + magneticMoment, 0))) / 2;
}

/**
 * Bands at the start. With smearing, 5 % more than the electrons need must converge and at least 20 % more are held:
 * unconverged bands above speed up those below, and the Fermi level needs room. Without, three more.
 *
 * @param electrons those that the bands of one spin hold, see `electronsToHold`.
 * @param fMax electrons per full level.
 * @param chosen the user's number of bands, or null.
 * @param room plane waves of the smallest sphere: there cannot be more bands.
 */
export function initialBands(
  electrons: number,
  fMax: number,
  isSmeared: boolean,
  chosen: number | null,
  room = Number.POSITIVE_INFINITY,
): BandCounts {
  const filled = Math.ceil(electrons / fMax);
  const needed = isSmeared ? Math.ceil(1.05 * filled) : filled;
  const held = isSmeared ? Math.max(needed + 3, Math.ceil(1.2 * filled)) : filled + 3;
  if (chosen === null) return { nBands: Math.min(held, room), nConverge: Math.min(needed, room) };
  return { nBands: chosen, nConverge: Math.min(needed, chosen) };
}

/** Bands for the next step: every occupied one must converge; more are held when the highest held is occupied. */
export function nextBands(
  { nBands, nConverge }: BandCounts,
  { occupations }: Occupation,
  isFixed: boolean,
  room = Number.POSITIVE_INFINITY,
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
  return { nBands: Math.min(Math.max(nBands, converge + 3), room), nConverge: Math.min(converge, room) };
}
