import { requireInput } from "../common/failure.ts";
import { BOHR_PER_ANGSTROM } from "../common/units.ts";
import { matVec, norm, type Vec3 } from "../common/vec3.ts";
import { pointOperationsOfKgrid, reciprocalRotation } from "./crystal-symmetry/symmetry-subgroups.ts";
import type { Lattice } from "./lattice.ts";
import { symmetricDivisions } from "./symmetric-divisions.ts";
import { IDENTITY, matrixKey, type SymmetryOperation } from "./symmetry.ts";

/** A point of the Brillouin zone in reduced coordinates, with its weight. */
export interface WeightedKpoint {
  readonly k: Vec3;
  /** Weights of a grid sum to 1. */
  readonly weight: number;
}

/**
 * Returns the Monkhorst–Pack grid k = (j + shift)/n, j = 0 … n − 1 per axis, moved to (−1/2, 1/2],
 * x fastest [MP76].
 *
 * @param kgrid number of points per axis, positive integers.
 * @param kshift fractions of a step, usually 0 or 1/2.
 * @throws InputError for other values.
 */
export function monkhorstPack(kgrid: Vec3, kshift: Vec3 = [0, 0, 0]): Vec3[] {
  requireInput(
    kgrid.every((n) => Number.isInteger(n) && n > 0),
    () =>
      `kgrid: three positive whole numbers expected, got ${JSON.stringify(kgrid)}; [1, 1, 1] is one point`,
  );
  requireInput(
    kshift.every(Number.isFinite),
    () =>
      `kshift: three fractions of a grid step expected, got ${JSON.stringify(kshift)}; usual are 0 and 0.5`,
  );
  const axes = kgrid.map((n, i) =>
    Array.from({ length: n }, (_, j) => {
      const numerator = j + kshift[i]!;
      return (numerator - n * Math.ceil(numerator / n - 0.5 - 1e-12)) / n;
    }),
  );
  const [xs, ys, zs] = axes as [number[], number[], number[]];
  return zs.flatMap((z) => ys.flatMap((y) => xs.map((x): Vec3 => [x, y, z])));
}

/**
 * Returns the fewest divisions n_i ≥ |b_i| / spacing that have the symmetry of all operations, so
 * that k-points are at most `spacing` apart along each reciprocal vector.
 *
 * @param spacing [Å⁻¹], with the factor 2π of reciprocal vectors.
 */
export function spacedKgrid(
  { reciprocal }: Pick<Lattice, "reciprocal">,
  spacing: number,
  operations: readonly SymmetryOperation[] = [],
): Vec3 {
  // 1e-6: a quotient that is an integer up to rounding of the lattice counts as one.
  const divisions = (b: Vec3) => Math.max(1, Math.ceil((norm(b) * BOHR_PER_ANGSTROM) / spacing - 1e-6));
  const [b1, b2, b3] = reciprocal;
  return symmetricDivisions(
    [divisions(b1), divisions(b2), divisions(b3)],
    operations.map(({ rotation }) => reciprocalRotation(rotation)),
  );
}

export interface IrreducibleKpoints {
  readonly kpoints: WeightedKpoint[];
  readonly operations: SymmetryOperation[];
  /** Index in `kpoints` of the representative of each point of the whole grid. */
  readonly representative: Int32Array;
}

/**
 * Returns the points of a Monkhorst–Pack grid that are not images of earlier ones under the
 * operations that map the grid onto itself, weighted by the number of their images, and these
 * operations (a group if `operations` are).
 *
 *   k ~ W⁻ᵀ k,  with time reversal k ~ −k too if the grid is its own negative,  up to G
 *
 * A density summed over these points must be symmetrised with the returned operations.
 *
 * @param timeReversal orbitals at k and −k are complex conjugate: no magnetic field, no spin–orbit
 *   coupling.
 */
export function irreducibleKpoints(
  kgrid: Vec3,
  kshift: Vec3,
  operations: readonly SymmetryOperation[],
  timeReversal = true,
): IrreducibleKpoints {
  const all = monkhorstPack(kgrid, kshift);
  const used = pointOperationsOfKgrid(operations, kgrid, kshift);
  if (used.length === 0) used.push(IDENTITY);
  const isEven = kshift.every((shift) => Math.abs(2 * shift - Math.round(2 * shift)) < 1e-8);
  const signs = timeReversal && isEven ? [1, -1] : [1];
  const rotations = [...new Map(used.map(({ rotation }) => [matrixKey(rotation), rotation])).values()].map(
    reciprocalRotation,
  );
  const indexOf = (k: Vec3): number => {
    const axis = (i: 0 | 1 | 2) => {
      const j = Math.round(k[i] * kgrid[i] - kshift[i]) % kgrid[i];
      return j < 0 ? j + kgrid[i] : j;
    };
    return axis(0) + kgrid[0] * (axis(1) + kgrid[1] * axis(2));
  };
  const representative = new Int32Array(all.length).fill(-1);
  const kpoints: WeightedKpoint[] = [];
  for (let i = 0; i < all.length; i++) {
    if (representative[i] !== -1) continue;
    let images = 0;
    for (const rotation of rotations) {
      const [x, y, z] = matVec(rotation, all[i]!);
      for (const sign of signs) {
        const image = indexOf([sign * x, sign * y, sign * z]);
        if (representative[image] !== -1) continue;
        representative[image] = kpoints.length;
        images++;
      }
    }
    kpoints.push({ k: all[i]!, weight: images / all.length });
  }
  return { kpoints, operations: used, representative };
}
