import { type Mat3, matVec, type Vec3 } from "../../common/vec3.ts";
import { matrixKey, type SymmetryOperation } from "../symmetry.ts";

/** Largest distance of n·w from integers for a translation w of the grid. */
const GRID_TOLERANCE = 1e-8;

const isWhole = (x: number): boolean => Math.abs(x - Math.round(x)) < GRID_TOLERANCE;

/**
 * Returns the operations whose rotation maps a real-space grid of n points per axis onto itself,
 * with integer n_i W_ij / n_j. They form a group if `operations` do.
 */
export const rotationsOfGrid = (
  operations: readonly SymmetryOperation[],
  size: readonly [number, number, number],
): SymmetryOperation[] =>
  operations.filter(({ rotation }) =>
    rotation.every((row, i) => row.every((entry, j) => (size[i]! * entry) % size[j]! === 0)),
  );

/**
 * Returns the operations that map grid points to grid points, with integer n_i w_i as well; their
 * translations are exact multiples of 1/n. They form a group if `operations` do.
 */
export function compatibleWithGrid(
  operations: readonly SymmetryOperation[],
  size: readonly [number, number, number],
): SymmetryOperation[] {
  return rotationsOfGrid(operations, size)
    .filter(({ translation }) => translation.every((w, i) => isWhole(w * size[i]!)))
    .map(({ rotation, translation }) => {
      const snap = (i: 0 | 1 | 2) => (Math.round(translation[i] * size[i]) % size[i]) / size[i];
      return { rotation, translation: [snap(0), snap(1), snap(2)] };
    });
}

/**
 * Returns the operations whose rotation k → W⁻ᵀ k maps the grid k = (j + shift)/n onto itself up to
 * reciprocal lattice vectors. They form a group if `operations` do.
 */
export function pointOperationsOfKgrid(
  operations: readonly SymmetryOperation[],
  kgrid: Vec3,
  kshift: Vec3,
): SymmetryOperation[] {
  const accepted = new Map<string, boolean>();
  return operations.filter(({ rotation }) => {
    const key = matrixKey(rotation);
    let isAccepted = accepted.get(key);
    if (isAccepted === undefined) {
      isAccepted = mapsKgrid(reciprocalRotation(rotation), kgrid, kshift);
      accepted.set(key, isAccepted);
    }
    return isAccepted;
  });
}

/** Returns whether M maps steps 1/n_j to multiples of steps and one point to a point. */
function mapsKgrid(m: Mat3, n: Vec3, shift: Vec3): boolean {
  const origin = matVec(m, [shift[0] / n[0], shift[1] / n[1], shift[2] / n[2]]);
  return m.every(
    (row, i) =>
      row.every((entry, j) => (n[i]! * entry) % n[j]! === 0) && isWhole(origin[i]! * n[i]! - shift[i]!),
  );
}

/** Returns W⁻ᵀ, integer: for det W = ±1 it is det W times the matrix of cofactors. */
export function reciprocalRotation(w: Mat3): Mat3 {
  const minor = (i: number, j: number) => {
    const [a, b] = [(i + 1) % 3, (i + 2) % 3];
    const [c, d] = [(j + 1) % 3, (j + 2) % 3];
    return w[a]![c]! * w[b]![d]! - w[a]![d]! * w[b]![c]!;
  };
  const cofactors: Mat3 = [
    [minor(0, 0), minor(0, 1), minor(0, 2)],
    [minor(1, 0), minor(1, 1), minor(1, 2)],
    [minor(2, 0), minor(2, 1), minor(2, 2)],
  ];
  const sign = Math.sign(w[0][0] * cofactors[0][0] + w[0][1] * cofactors[0][1] + w[0][2] * cofactors[0][2]);
  // + 0 avoids −0
  const row = ([x, y, z]: Vec3): Vec3 => [sign * x + 0, sign * y + 0, sign * z + 0];
  return [row(cofactors[0]), row(cofactors[1]), row(cofactors[2])];
}
