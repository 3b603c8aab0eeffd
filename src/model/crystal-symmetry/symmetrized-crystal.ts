import {
  add,
  centred,
  inverse,
  type Mat3,
  mapVec,
  matMul,
  matVec,
  norm,
  rowsVec,
  scale,
  sub,
  transpose,
  type Vec3,
} from "../../common/vec3.ts";
import { createLattice, type Lattice } from "../lattice.ts";
import type { Atom } from "../model.ts";
import { nearestAtoms } from "../nearest-atom.ts";
import { IDENTITY, kindsOf, matrixKey, rotationKey, type SymmetryOperation, wrapped } from "../symmetry.ts";

/** A crystal whose operations are symmetries to rounding. */
export interface SymmetrizedCrystal {
  readonly lattice: Lattice;
  readonly atoms: readonly Atom[];
  readonly operations: readonly SymmetryOperation[];
  /** Largest shift of an atom or the end of a lattice vector [bohr]; 0 for symmetric input. */
  readonly largestShift: number;
}

/** Shifts that count as rounding of the input [bohr]: the crystal is then left as it is. */
const ROUNDING = 1e-9;

/**
 * Makes near symmetries exact by the least shifts of lattice vectors and atoms.
 *
 *   metric     g ← mean of Wᵀ g W,  g_ij = a_i·a_j
 *   operations w(S) ← mean over T of w(ST) − W_S w(T), which closes the group exactly
 *   positions  x ← mean over S of W x(S⁻¹ atom) + w
 *
 * @param operations a group of symmetries to within a small tolerance, from `findSymmetry`.
 */
export function symmetrizedCrystal(
  lattice: Lattice,
  atoms: readonly Atom[],
  operations: readonly SymmetryOperation[],
): SymmetrizedCrystal {
  const asGiven = { lattice, atoms, operations, largestShift: 0 };
  if (operations.length <= 1) return asGiven;
  const vectors = symmetricVectors(lattice.vectors, operations);
  const exact = exactGroup(vectors, operations);
  const positions = symmetricPositions(createLattice(vectors, lattice.dimension), atoms, exact);
  const moved = (i: number) => norm(rowsVec(vectors, sub(positions[i]!, atoms[i]!.position)));
  const turned = vectors.map((a, i) => norm(sub(a, lattice.vectors[i]!)));
  const largestShift = Math.max(...turned, ...atoms.map((_, i) => moved(i)));
  if (largestShift < ROUNDING) return asGiven;
  return {
    lattice: createLattice(vectors, lattice.dimension),
    atoms: atoms.map((atom, i) => ({ ...atom, position: positions[i]! })),
    operations: exact,
    largestShift,
  };
}

/** Returns the vectors V (V⁻¹ g V⁻ᵀ)^½ nearest to V with invariant scalar products g. */
function symmetricVectors(vectors: Mat3, operations: readonly SymmetryOperation[]): Mat3 {
  const metric = matMul(vectors, transpose(vectors));
  const rotations = [...new Map(operations.map((op) => [rotationKey(op), op.rotation])).values()];
  const mean = meanOf(rotations.map((w) => matMul(matMul(transpose(w), metric), w)));
  const inverted = inverse(vectors);
  return matMul(vectors, squareRoot(matMul(matMul(inverted, mean), transpose(inverted))));
}

const meanOf = (matrices: readonly Mat3[]): Mat3 => {
  const entry = (i: number, j: number) => matrices.reduce((sum, m) => sum + m[i]![j]!, 0) / matrices.length;
  const row = (i: number): Vec3 => [entry(i, 0), entry(i, 1), entry(i, 2)];
  return [row(0), row(1), row(2)];
};

/** Returns the root of a symmetric matrix near 1 by Newton's iteration Y ← (Y + C Y⁻¹)/2. */
function squareRoot(c: Mat3): Mat3 {
  let y: Mat3 = IDENTITY.rotation;
  for (let step = 0; step < 8; step++) {
    const other = matMul(c, inverse(y));
    y = y.map((row, i) =>
      row.map((x, j) => (x + (other[i]![j]! + other[j]![i]!) / 2) / 2),
    ) as unknown as Mat3;
  }
  return y;
}

/**
 * Returns the operations with translations that close the group to rounding. Pure translations of a
 * group of T of them are fractions with denominator T. Of the others one per rotation is corrected,
 * modulo pure translations; the rest follow from these.
 */
function exactGroup(vectors: Mat3, operations: readonly SymmetryOperation[]): SymmetryOperation[] {
  const identity = rotationKey(IDENTITY);
  const pure = operations.filter((op) => rotationKey(op) === identity);
  const snapped = (t: Vec3): Vec3 => wrapped(mapVec(t, (x) => Math.round(x * pure.length) / pure.length));
  const translations = pure.map(({ translation }) => snapped(translation));
  /** Returns a vector minus the nearest translation of the lattice or of `pure`. */
  const rest = (x: Vec3): Vec3 => {
    let best = centred(x);
    let shortest = norm(rowsVec(vectors, best));
    for (const t of translations) {
      const candidate = centred(sub(x, t));
      const length = norm(rowsVec(vectors, candidate));
      if (length < shortest) [best, shortest] = [candidate, length];
    }
    return best;
  };
  const first = new Map<string, SymmetryOperation>();
  for (const op of operations) if (!first.has(rotationKey(op))) first.set(rotationKey(op), op);
  const corrected = new Map<string, Vec3>();
  for (const [key, { rotation, translation }] of first) {
    const errors = [...first.values()].map((other) => {
      const product = first.get(matrixKey(matMul(rotation, other.rotation)))!;
      return rest(sub(sub(product.translation, matVec(rotation, other.translation)), translation));
    });
    corrected.set(key, add(translation, scale(1 / errors.length, errors.reduce(add))));
  }
  return operations.map((op) => {
    const representative = first.get(rotationKey(op))!;
    const between = snapped(centred(sub(op.translation, representative.translation)));
    return { rotation: op.rotation, translation: wrapped(add(corrected.get(rotationKey(op))!, between)) };
  });
}

/**
 * Returns the mean position of each atom over all images of atoms that coincide with it: every
 * operation is one of each rotation followed by a pure translation, so the mean is taken over the
 * former, then over the latter.
 */
function symmetricPositions(
  lattice: Lattice,
  atoms: readonly Atom[],
  operations: readonly SymmetryOperation[],
): Vec3[] {
  const kinds = kindsOf(atoms);
  const identity = rotationKey(IDENTITY);
  const first = [...new Map(operations.toReversed().map((op) => [rotationKey(op), op])).values()];
  const pure = operations.filter((op) => rotationKey(op) === identity);
  let positions = atoms.map(({ position }) => position);
  for (const part of [first, pure]) {
    const nearest = nearestAtoms(lattice, positions, kinds);
    const sums = positions.map((): Vec3 => [0, 0, 0]);
    for (const { rotation, translation } of part)
      positions.forEach((position, i) => {
        // at least itself is of its kind
        const { index, offset } = nearest(add(matVec(rotation, position), translation), kinds[i]!)!;
        sums[index] = sub(sums[index]!, offset);
      });
    positions = positions.map((position, i) => add(position, scale(1 / part.length, sums[i]!)));
  }
  return positions;
}
