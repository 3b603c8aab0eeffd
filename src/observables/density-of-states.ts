import { erfc } from "../common/special/erfc.ts";
import type { Lattice } from "../model/lattice.ts";
import type { Levels } from "../state/occupation.ts";
import { type GridBands, statesBelow } from "./tetrahedra.ts";

/** Density of states on equally spaced energies. */
export interface DensityOfStates {
  /** Means over intervals around the energies [states/Ha per cell]; their sum keeps all states. */
  readonly density: Float64Array;
  /** States below the upper end of each interval, per cell. */
  readonly integrated: Float64Array;
}

/**
 * Computes the density of states of levels broadened by a Gaussian e^{−(ε/T)²}/(T√π).
 *
 * @param fMax electrons per full level.
 * @param width T [Ha].
 * @param energies [Ha], equally spaced and ascending.
 */
export function broadenedStates(
  levels: readonly Levels[],
  fMax: number,
  width: number,
  energies: ArrayLike<number>,
): DensityOfStates {
  const all = levels.flatMap(({ weight, eigenvalues }) => Array.from(eigenvalues, (e) => ({ e, weight })));
  const count = (edge: number) =>
    all.reduce((sum, { e, weight }) => sum + 0.5 * fMax * weight * erfc((e - edge) / width), 0);
  return differences(edges(energies).map(count), energies);
}

/** Computes the density of states of levels on a k-grid, linearly interpolated in tetrahedra. */
export function interpolatedStates(
  lattice: Lattice,
  bands: GridBands,
  fMax: number,
  energies: ArrayLike<number>,
): DensityOfStates {
  return differences(
    statesBelow(lattice, bands, edges(energies)).map((n) => fMax * n),
    energies,
  );
}

/** Returns the n + 1 ends of the intervals around n equally spaced energies. */
export function edges(energies: ArrayLike<number>): Float64Array {
  const n = energies.length;
  const spacing = (energies[n - 1]! - energies[0]!) / (n - 1);
  return Float64Array.from({ length: n + 1 }, (_, i) => energies[0]! + (i - 0.5) * spacing);
}

function differences(integrated: Float64Array, energies: ArrayLike<number>): DensityOfStates {
  const spacing = energies[1]! - energies[0]!;
  return {
    density: Float64Array.from(energies, (_, i) => (integrated[i + 1]! - integrated[i]!) / spacing),
    integrated: integrated.slice(1),
  };
}
