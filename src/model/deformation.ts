import {
  add,
  det,
  inverse,
  type Mat3,
  matMul,
  matVec,
  norm,
  scale,
  sub,
  transpose,
  type Vec3,
} from "../common/vec3.ts";
import { type Structure, toFractional } from "./structure.ts";

/** A crystal at other positions, in another cell. */
export interface Geometry {
  /** Rows [bohr]. */
  readonly lattice: Mat3;
  /** Fractional, one for each atom. */
  readonly positions: readonly Vec3[];
}

/** Derivatives of an energy with respect to a geometry. */
export interface GeometrySlope {
  /** −∂E/∂R, Cartesian [Ha/bohr]. */
  readonly forces: readonly Vec3[];
  /** (1/Ω) ∂E/∂ε [Ha/bohr³] */
  readonly stress?: Mat3 | undefined;
}

/**
 * Coordinates of a crystal near a reference, all of them lengths: displacements u of the free atoms
 * in the reference cell, and with the cell six components of the symmetric strain ε times a length,
 *
 *   R_i = (1 + ε)(R_i⁰ + u_i),   a_j = (1 + ε) a_j⁰.
 */
export interface Coordinates {
  readonly count: number;
  /** Returns the geometry of coordinates. */
  geometry(x: Float64Array): Geometry;
  /** Returns the gradient of the enthalpy E + pΩ at coordinates [Ha/bohr]. */
  gradient(x: Float64Array, slope: GeometrySlope, pressure: number): Float64Array;
  /** Returns derivatives of a bond r between atoms i and j by every coordinate: three rows. */
  bond(i: number, j: number, r: Vec3): readonly [Float64Array, Float64Array, Float64Array];
}

/**
 * Returns the forces that move atoms: none on fixed ones, and where there are none of these the net
 * force is left out. Nothing holds the crystal as a whole then; what there is comes from the grid.
 *
 * @param forces Cartesian [Ha/bohr].
 */
function movingForces(forces: readonly Vec3[], isFixed: readonly boolean[]): readonly Vec3[] {
  const mean = scale(isFixed.includes(true) ? 0 : 1 / forces.length, forces.reduce(add, [0, 0, 0]));
  return forces.map((force, i) => (isFixed[i] ? [0, 0, 0] : sub(force, mean)));
}

/** Largest length of these forces; 0 without any. */
export const largestForce = (forces: readonly Vec3[], isFixed: readonly boolean[]): number =>
  Math.max(0, ...movingForces(forces, isFixed).map(norm));

/** Components of a symmetric tensor, with weights for the sum of squares of all nine. */
const COMPONENTS = [
  [0, 0, 1],
  [1, 1, 1],
  [2, 2, 1],
  [1, 2, Math.SQRT1_2],
  [0, 2, Math.SQRT1_2],
  [0, 1, Math.SQRT1_2],
] as const;

/**
 * Makes coordinates of a crystal.
 *
 * @param isFixed of each atom: fixed ones keep their fractional coordinates.
 * @param hasCell whether the lattice moves too.
 */
export function coordinatesOf(
  { lattice, atoms }: Pick<Structure, "lattice" | "atoms">,
  isFixed: readonly boolean[],
  hasCell: boolean,
): Coordinates {
  const fractional = toFractional(lattice);
  const place: number[] = [];
  let count = 0;
  for (const fixed of isFixed) {
    place.push(fixed ? -1 : count);
    if (!fixed) count += 3;
  }
  const strainAt = count;
  if (hasCell) count += 6;
  const volume = Math.abs(det(lattice));
  // As stiff as displacements are: every atom moves with the cell.
  const length = Math.cbrt(volume / atoms.length) * Math.sqrt(atoms.length);
  const deformation = (x: Float64Array): Mat3 => {
    const m = [1, 0, 0, 0, 1, 0, 0, 0, 1];
    if (hasCell)
      COMPONENTS.forEach(([a, b, weight], c) => {
        const e = (weight * x[strainAt + c]!) / length;
        m[3 * a + b]! += e;
        if (a !== b) m[3 * b + a]! += e;
      });
    return [
      [m[0]!, m[1]!, m[2]!],
      [m[3]!, m[4]!, m[5]!],
      [m[6]!, m[7]!, m[8]!],
    ];
  };
  return {
    count,
    geometry(x) {
      return {
        lattice: matMul(lattice, transpose(deformation(x))),
        positions: atoms.map(({ position }, i): Vec3 => {
          const at = place[i]!;
          if (at < 0) return position;
          const u = fractional([x[at]!, x[at + 1]!, x[at + 2]!]);
          return add(position, u);
        }),
      };
    },
    gradient(x, { forces, stress }, pressure) {
      const found = new Float64Array(count);
      const m = deformation(x);
      movingForces(forces, isFixed).forEach((f, i) => {
        const at = place[i]!;
        if (at < 0) return;
        matVec(m, f).forEach((g, c) => {
          found[at + c] = -g;
        });
      });
      if (!hasCell || stress === undefined) return found;
      const omega = volume * det(m);
      const target: Mat3 = [
        [stress[0][0] + pressure, stress[0][1], stress[0][2]],
        [stress[1][0], stress[1][1] + pressure, stress[1][2]],
        [stress[2][0], stress[2][1], stress[2][2] + pressure],
      ];
      const t = matMul(target, inverse(m));
      COMPONENTS.forEach(([a, b, weight], c) => {
        const both = a === b ? t[a][a] : t[a][b] + t[b][a];
        found[strainAt + c] = (omega * weight * both) / length;
      });
      return found;
    },
    bond(i, j, r) {
      const rows = [0, 1, 2].map((axis) => {
        const row = new Float64Array(count);
        if (place[i]! >= 0) row[place[i]! + axis]! -= 1;
        if (place[j]! >= 0) row[place[j]! + axis]! += 1;
        if (hasCell)
          COMPONENTS.forEach(([a, b, weight], c) => {
            if (a === axis) row[strainAt + c]! += (weight * r[b]!) / length;
            if (b === axis && a !== b) row[strainAt + c]! += (weight * r[a]!) / length;
          });
        return row;
      });
      return [rows[0]!, rows[1]!, rows[2]!];
    },
  };
}
