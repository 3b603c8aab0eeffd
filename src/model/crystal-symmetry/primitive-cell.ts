import {
  add,
  centred,
  det,
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
import { createLattice } from "../lattice.ts";
import { nearestAtoms } from "../nearest-atom.ts";
import { type SymmetryOperation, wrapped } from "../symmetry.ts";

/** The cell that a supercell repeats. */
export interface PrimitiveCell {
  /** Rows [bohr]. */
  readonly vectors: Mat3;
  /** Fractional, means over the images in the supercell. */
  readonly positions: readonly Vec3[];
  readonly kinds: readonly number[];
  /** Pure translations of the supercell, in its own fractional coordinates, 0 first. */
  readonly translations: readonly Vec3[];
  /** Returns operations of the supercell that have the rotation of one of the primitive cell. */
  inSupercell(operation: SymmetryOperation): readonly SymmetryOperation[];
}

/** Largest difference of a translation's components from fractions with the right denominator. */
const FRACTION = 0.05;
/** Largest difference of the entries of a rotation from integers. */
const INTEGER = 1e-6;

/**
 * Finds the primitive cell of a supercell, whose symmetry is that of few atoms: translations that
 * map every atom onto one of its kind within the tolerance, and the lattice that they span.
 *
 * @param vectors rows [bohr].
 * @param positions fractional.
 * @param kinds one number per atom.
 * @param tolerance largest distance of an atom from an image [bohr].
 * @param least translations, fewer of which are not worth it.
 * @returns undefined where there are fewer, or they are no group within the tolerance.
 */
export function primitiveCell(
  vectors: Mat3,
  positions: readonly Vec3[],
  kinds: readonly number[],
  tolerance: number,
  least: number,
): PrimitiveCell | undefined {
  const rarest = indicesOfRarest(kinds);
  if (rarest.length < least) return undefined;
  const nearest = nearestAtoms(createLattice(vectors), positions, kinds);
  /** Fits a translation to the atoms; undefined if it is no symmetry. */
  const fitted = (t: Vec3): Vec3 | undefined => {
    const offsets: Vec3[] = [];
    for (let i = 0; i < positions.length; i++) {
      // at least the atom itself is of its kind
      const { offset } = nearest(add(positions[i]!, t), kinds[i]!)!;
      if (norm(rowsVec(vectors, sub(offset, offsets[0] ?? offset))) > 2 * tolerance) return undefined;
      offsets.push(offset);
    }
    const shift = scale(1 / offsets.length, offsets.reduce(add));
    const isSymmetry = offsets.every((each) => norm(rowsVec(vectors, sub(each, shift))) <= tolerance);
    return isSymmetry ? add(t, shift) : undefined;
  };
  const from = positions[rarest[0]!]!;
  const found = rarest.map((i) => fitted(sub(positions[i]!, from))).filter((t) => t !== undefined);
  const count = found.length;
  if (count < least) return undefined;
  const numerators = found.map((t) => mapVec(t, (x) => Math.round(x * count)));
  const isFraction = found.every((t, i) =>
    sub(scale(count, t), numerators[i]!).every((rest) => Math.abs(rest) < FRACTION),
  );
  if (!isFraction) return undefined;
  const spanned = integerBasis([...numerators, [count, 0, 0], [0, count, 0], [0, 0, count]]);
  const basis: Mat3 = [
    scale(1 / count, spanned[0]),
    scale(1 / count, spanned[1]),
    scale(1 / count, spanned[2]),
  ];
  // more is spanned than was found
  if (Math.abs(det(basis) * count - 1) > INTEGER) return undefined;
  const translations = numerators.map((t) => wrapped(scale(1 / count, t)));
  const orbits = orbitsOf(positions, kinds, translations, nearest);
  if (orbits === undefined) return undefined;
  const toPrimitive = transpose(inverse(basis));
  const toSupercell = transpose(basis);
  return {
    vectors: matMul(basis, vectors),
    positions: orbits.map(({ mean }) => wrapped(matVec(toPrimitive, mean))),
    kinds: orbits.map(({ first }) => kinds[first]!),
    translations,
    inSupercell({ rotation, translation }) {
      const turned = matMul(matMul(toSupercell, rotation), toPrimitive);
      const [a, b, c] = turned;
      const whole: Mat3 = [mapVec(a, Math.round), mapVec(b, Math.round), mapVec(c, Math.round)];
      if (whole.some((row, i) => sub(row, turned[i]!).some((rest) => Math.abs(rest) > INTEGER))) return [];
      const w = matVec(toSupercell, translation);
      return translations.map((t) => ({ rotation: whole, translation: wrapped(add(w, t)) }));
    },
  };
}

/** Returns the indices of the atoms of the kind with fewest. */
function indicesOfRarest(kinds: readonly number[]): readonly number[] {
  const byKind = new Map<number, number[]>();
  for (const [i, kind] of kinds.entries()) byKind.set(kind, [...(byKind.get(kind) ?? []), i]);
  return [...byKind.values()].reduce(
    (a, b) => (b.length < a.length ? b : a),
    kinds.map((_, i) => i),
  );
}

/** Returns the first atom and the mean position of each orbit; undefined unless all are as long. */
function orbitsOf(
  positions: readonly Vec3[],
  kinds: readonly number[],
  translations: readonly Vec3[],
  nearest: ReturnType<typeof nearestAtoms>,
): { readonly first: number; readonly mean: Vec3 }[] | undefined {
  const isMet = positions.map(() => false);
  const orbits: { readonly first: number; readonly mean: Vec3 }[] = [];
  for (const [first, position] of positions.entries()) {
    if (isMet[first]) continue;
    let sum: Vec3 = [0, 0, 0];
    for (const t of translations) {
      const { index, offset } = nearest(add(position, t), kinds[first]!)!;
      if (isMet[index]) return undefined;
      isMet[index] = true;
      sum = add(sum, centred(offset));
    }
    orbits.push({ first, mean: add(position, scale(1 / translations.length, sum)) });
  }
  return orbits;
}

/** Returns a basis, in triangular form, of the lattice that vectors of integers of rank 3 span. */
function integerBasis(generators: readonly Vec3[]): Mat3 {
  let rows = generators;
  /** Combines the rows to one with the greatest common divisor along an axis, and rows with 0. */
  const pivotOf = (axis: 0 | 1 | 2): Vec3 => {
    let pivot: Vec3 = [0, 0, 0];
    rows = rows.map((row) => {
      let rest = row;
      while (rest[axis] !== 0)
        [pivot, rest] = [rest, sub(pivot, scale(Math.trunc(pivot[axis] / rest[axis]), rest))];
      return rest;
    });
    return scale(Math.sign(pivot[axis]), pivot);
  };
  return [pivotOf(0), pivotOf(1), pivotOf(2)];
}
