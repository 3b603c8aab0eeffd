import { requireInput } from "../common/failure.ts";
import { dot, norm, rowsVec, type Vec3 } from "../common/vec3.ts";
import type { GridSize } from "../kernels/kernels.ts";
import { createLattice, type Lattice, planeSpacings } from "../model/lattice.ts";
import { gridIndex } from "./grid.ts";

/** A Bloch vector and its sphere of plane waves e^{i(k+G)r}/√Ω with ½|k+G|² ≤ E_cut. */
export interface KPoint {
  /** Reduced coordinates. */
  readonly k: Vec3;
  /** Weight in Brillouin-zone sums; all weights add to 1. */
  readonly weight: number;
  /** Number of plane waves n. */
  readonly planeWaves: number;
  /** Reduced G, shape [3·n], ordered by grid index. */
  readonly gVectors: Int32Array;
  /** Flat index of each G on the FFT grid, shape [n], ascending. */
  readonly gridIndex: Int32Array;
  /** Cartesian k+G [bohr⁻¹], shape [3·n]. */
  readonly kPlusG: Float64Array;
  /** ½|k+G|² [Ha], shape [n]. */
  readonly kinetic: Float64Array;
}

/**
 * Makes the sphere of plane waves of a k-point: of the cell whose waves the lattice keeps, if it
 * does.
 *
 * @throws InputError if different plane waves would share a point of the grid.
 */
export function createKPoint(
  lattice: Lattice,
  size: GridSize,
  ecut: number,
  k: Vec3,
  weight: number,
): KPoint {
  const kCart = rowsVec(lattice.reciprocal, k);
  const { vectors, reciprocal } = cellOfWaves(lattice);
  const radius = Math.sqrt(2 * ecut);
  // |G·a_i/2π| ≤ |k+G| |a_i|/2π + |k_i|: a box that contains the sphere.
  const reach = planeSpacings(lattice).map((_, i) => {
    if (i >= lattice.dimension) return 0;
    const length = Math.sqrt(dot(vectors[i]!, vectors[i]!));
    return Math.ceil((radius * length) / (2 * Math.PI) + Math.abs(k[i]!)) + 1;
  });
  const [index, gs, qs, ts]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (let gz = -reach[2]!; gz <= reach[2]!; gz++)
    for (let gy = -reach[1]!; gy <= reach[1]!; gy++)
      for (let gx = -reach[0]!; gx <= reach[0]!; gx++) {
        const g = rowsVec(lattice.reciprocal, [gx, gy, gz]);
        const q: Vec3 = [g[0] + kCart[0], g[1] + kCart[1], g[2] + kCart[2]];
        const t = 0.5 * dot(q, q);
        const chosen =
          reciprocal === lattice.reciprocal
            ? t
            : 0.5 * norm(rowsVec(reciprocal, [gx + k[0], gy + k[1], gz + k[2]])) ** 2;
        if (chosen > ecut) continue;
        index.push(gridIndex(size, gx, gy, gz));
        gs.push(gx, gy, gz);
        qs.push(q[0], q[1], q[2]);
        ts.push(t);
      }
  const n = index.length;
  const order = ascending(index);
  const gridIndices = Int32Array.from(order, (i) => index[i]!);
  requireInput(
    gridIndices.every((at, i) => i === 0 || at !== gridIndices[i - 1]),
    () =>
      `fftSize: must tell all ${n} plane waves of ecut ${ecut} Ha apart, got [${size.join(", ")}]; ` +
      "leave it null for the exact-product grid",
  );
  return {
    k,
    weight,
    planeWaves: n,
    gVectors: Int32Array.from({ length: 3 * n }, (_, j) => gs[3 * order[Math.floor(j / 3)]! + (j % 3)]!),
    gridIndex: gridIndices,
    kPlusG: Float64Array.from({ length: 3 * n }, (_, j) => qs[3 * order[Math.floor(j / 3)]! + (j % 3)]!),
    kinetic: Float64Array.from(order, (i) => ts[i]!),
  };
}

/** Returns the permutation that sorts whole numbers, equal ones in their order. */
function ascending(numbers: readonly number[]): Uint32Array {
  const n = numbers.length;
  const keys = Float64Array.from(numbers, (value, i) => value * n + i).sort();
  return Uint32Array.from(keys, (key) => key % n);
}

/** Returns the cell in which the cutoff chooses the plane waves. */
const cellOfWaves = (lattice: Lattice): Lattice =>
  lattice.waves === undefined ? lattice : createLattice(lattice.waves);

/** @throws InputError if there are more bands than plane waves in the smallest sphere. */
export function requireRoomForBands(
  bands: number,
  spheres: readonly Pick<KPoint, "k" | "planeWaves">[],
): void {
  const fewest = spheres.reduce((least, sphere) => (sphere.planeWaves < least.planeWaves ? sphere : least));
  requireInput(
    bands <= fewest.planeWaves,
    () =>
      `bands: must be at most the ${fewest.planeWaves} plane waves at k = [${fewest.k.join(", ")}], got ${bands}; lower bands or raise ecut`,
  );
}

/** Counts the plane waves of a sphere without listing them, by lines along the first axis. */
export function countPlaneWaves(lattice: Lattice, ecut: number, k: Vec3): number {
  const { vectors, reciprocal } = cellOfWaves(lattice);
  const [b1, b2, b3] = reciprocal;
  const radius = Math.sqrt(2 * ecut);
  const reach = vectors.map((a, i) =>
    Math.ceil((radius * Math.sqrt(dot(a, a))) / (2 * Math.PI) + Math.abs(k[i]!)),
  ) as [number, number, number];
  const b1b1 = dot(b1, b1);
  let count = 0;
  for (let gz = -reach[2]; gz <= reach[2]; gz++)
    for (let gy = -reach[1]; gy <= reach[1]; gy++) {
      const [y, z] = [gy + k[1], gz + k[2]];
      const q: Vec3 = [y * b2[0] + z * b3[0], y * b2[1] + z * b3[1], y * b2[2] + z * b3[2]];
      const middle = -dot(q, b1) / b1b1;
      const halfWidth2 = middle * middle - (dot(q, q) - 2 * ecut) / b1b1;
      if (halfWidth2 < 0) continue;
      const [least, most] = [middle - Math.sqrt(halfWidth2) - k[0], middle + Math.sqrt(halfWidth2) - k[0]];
      count += Math.max(0, Math.floor(most) - Math.ceil(least) + 1);
    }
  return count;
}
