import { add, sub, type Vec3 } from "../../common/vec3.ts";
import type { GridSize } from "../../kernels/kernels.ts";
import type { Lattice } from "../../model/lattice.ts";
import type { Atom } from "../../model/model.ts";
import type { SymmetryOperation } from "../../model/symmetry.ts";
import { exactProductGridSize } from "../grid.ts";

/** A point t with V(2t − r) = V(r). Plain data, for other threads. */
export interface InversionCentre {
  /** t in fractional coordinates. */
  readonly position: Vec3;
  /** Index of the atom at 2t − τ for each atom. */
  readonly imageOf: readonly number[];
}

/** Largest distance of an atom from the image of its partner, fractional: rounding alone. */
const ATOM_TOLERANCE = 1e-12;
/** Distance from a point of the grid below which a translation maps the grid onto itself. */
const GRID_TOLERANCE = 1e-9;

/**
 * Finds a centre of inversion of the potential on the grid, if the crystal has one. One that maps
 * grid points to grid points comes first. Others count where every product of two orbitals fits the
 * cube, so that no wave of the potential that orbitals see is folded back.
 *
 * @param operations of which densities and potentials are invariant.
 */
export function inversionCentre(
  { lattice, atoms }: { readonly lattice: Lattice; readonly atoms: readonly Atom[] },
  operations: readonly SymmetryOperation[],
  size: GridSize,
  ecut: number,
): InversionCentre | undefined {
  const least = exactProductGridSize(lattice.waves ?? lattice.vectors, ecut, lattice.dimension);
  const isExact = size.every((n, i) => n >= least[i]!);
  const translations = operations
    .filter(({ rotation }) => rotation.every((row, i) => row.every((w, j) => w === (i === j ? -1 : 0))))
    .map(({ translation }) => translation);
  const mapsGrid = (w: Vec3) =>
    w.every((value, i) => Math.abs(size[i]! * value - Math.round(size[i]! * value)) < GRID_TOLERANCE);
  const usable = [...translations.filter(mapsGrid), ...(isExact ? translations : [])];
  for (const w of usable) {
    const imageOf = atoms.map((atom) => atomAt(atoms, atom, sub(w, atom.position)));
    if (!imageOf.includes(-1)) return { position: [w[0] / 2, w[1] / 2, w[2] / 2], imageOf };
  }
  return undefined;
}

/** Returns the index of the atom like `like` at a position up to lattice vectors, or −1. */
const atomAt = (atoms: readonly Atom[], like: Atom, position: Vec3): number =>
  atoms.findIndex(
    (atom) =>
      atom.species === like.species &&
      add(atom.position, [-position[0], -position[1], -position[2]]).every(
        (x) => Math.abs(x - Math.round(x)) < ATOM_TOLERANCE,
      ),
  );
