import { requireInput } from "../../common/failure.ts";
import { add, sub, type Vec3 } from "../../common/vec3.ts";
import { type ReadonlyRealField, spinComponent } from "../../kernels/fields.ts";
import type { GridSize } from "../../kernels/kernels.ts";
import type { Lattice } from "../../model/lattice.ts";
import type { Atom } from "../../model/model.ts";
import type { SymmetryOperation } from "../../model/symmetry.ts";
import { exactProductGridSize, type Grid } from "../grid.ts";
import { planeAverage } from "../plane-average.ts";

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

/**
 * Odd part of plane averages up to which a potential counts as even [Ha]: where there are hardly
 * electrons, gradients of a rounded density make generalised gradients uneven, by 1e-5 at most.
 */
const UNEVEN = 1e-4;

/**
 * Checks that a potential has a centre of inversion, by its averages on planes along the three
 * axes: a field or a well of one's own is seen there.
 *
 * @param potential shape [nSpin·N].
 * @throws InputError if it has not, as of a term that the crystal's symmetry does not leave alone.
 */
export function requireInversion(
  potential: ReadonlyRealField,
  { size, points }: Pick<Grid, "size" | "points">,
  { position }: InversionCentre,
): void {
  for (let spin = 0; spin * points < potential.length; spin++) {
    const ofSpin = spinComponent(potential, spin, points);
    for (const axis of [0, 1, 2] as const) {
      const odd = oddPart(planeAverage({ size, points }, ofSpin, axis), position[axis]);
      requireInput(
        odd <= UNEVEN,
        () =>
          `realOrbitals: must be false for a potential without the crystal's centre of inversion, got one that is uneven by ${odd.toExponential(1)} Ha along axis ${axis + 1}; with symmetry, terms must have that of the crystal`,
      );
    }
  }
}

/** Returns a bound of the odd part, about t, of a function on a period: the sum of its waves. */
function oddPart(values: Float64Array, t: number): number {
  const n = values.length;
  let sum = 0;
  for (let q = 1; 2 * q < n; q++) {
    let sine = 0;
    for (let i = 0; i < n; i++) sine += values[i]! * Math.sin(2 * Math.PI * q * (i / n - t));
    sum += (2 * Math.abs(sine)) / n;
  }
  return sum;
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
