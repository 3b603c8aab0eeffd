import { inverse, type Mat3, matVec, rowsVec, scale, transpose, type Vec3 } from "../common/vec3.ts";
import { createLattice } from "./lattice.ts";

/** A crystal, slab or molecule in its cell, without pseudopotentials. Atomic units. */
export interface Structure {
  /** Rows [bohr]. */
  readonly lattice: Mat3;
  readonly atoms: readonly StructureAtom[];
}

export interface StructureAtom {
  /** Chemical symbol. */
  readonly element: string;
  /** Fractional coordinates, not wrapped. */
  readonly position: Vec3;
  /** Initial moment [μB]. */
  readonly magneticMoment?: number;
  /** Initial moment as a fraction, −1 to 1, of the valence electrons, if a file gives it so. */
  readonly momentShare?: number;
}

/** Contents of a structure file. */
export interface StructureInFile extends Structure {
  /** Electrons removed from the neutral cell, if given. */
  readonly charge?: number;
  /** Contents that are not used and decisions made in reading, one line each. */
  readonly warnings: readonly string[];
}

/** Most atoms of a structure that is built; the orbitals of fewer fit into no machine. */
export const MOST_ATOMS = 100_000;

/** Returns the rows of m times s. */
export const scaleRows = (s: number, m: Mat3): Mat3 => [scale(s, m[0]), scale(s, m[1]), scale(s, m[2])];

/**
 * Returns the map from Cartesian to fractional coordinates: x = Lᵀ f, hence f = L⁻ᵀ x.
 *
 * @throws InputError if the vectors span no volume.
 */
export function toFractional(lattice: Mat3): (cart: Vec3) => Vec3 {
  createLattice(lattice);
  const inverted = transpose(inverse(lattice));
  return (cart) => matVec(inverted, cart);
}

/** Returns the Cartesian positions of the atoms [bohr]. */
export const cartesianPositions = ({ lattice, atoms }: Structure): Vec3[] =>
  atoms.map(({ position }) => rowsVec(lattice, position));

/** Returns a formula such as `Al8`, `GaAs`, `H2O`: elements in the order of their first atoms. */
export function formula({ atoms }: Pick<Structure, "atoms">): string {
  const counts = new Map<string, number>();
  for (const { element } of atoms) counts.set(element, (counts.get(element) ?? 0) + 1);
  return [...counts].map(([element, count]) => `${element}${count === 1 ? "" : count}`).join("");
}
