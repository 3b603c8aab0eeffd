import { requireInput } from "../common/failure.ts";
import { dot, norm, rowsVec, type Vec3 } from "../common/vec3.ts";
import type { GridSize } from "../kernels/kernels.ts";
import { createLattice, type Lattice } from "../model/lattice.ts";
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
  const [b1, b2, b3] = lattice.reciprocal;
  const kCart = rowsVec(lattice.reciprocal, k);
  const { reciprocal } = cellOfWaves(lattice);
  // A little more than the sphere, whose end rounding decides below.
  const wider = ecut * (1 + 1e-9);
  const most = countPlaneWaves(lattice, wider, k);
  const index = new Float64Array(most);
  const gs = new Int32Array(3 * most);
  let n = 0;
  forEachLine(lattice, wider, k, (first, last, gy, gz) => {
    for (let gx = first; gx <= last; gx++) {
      const chosen =
        reciprocal === lattice.reciprocal
          ? kineticOf(
              gx * b1[0] + gy * b2[0] + gz * b3[0] + kCart[0],
              gx * b1[1] + gy * b2[1] + gz * b3[1] + kCart[1],
              gx * b1[2] + gy * b2[2] + gz * b3[2] + kCart[2],
            )
          : 0.5 * norm(rowsVec(reciprocal, [gx + k[0], gy + k[1], gz + k[2]])) ** 2;
      if (chosen > ecut) continue;
      index[n] = gridIndex(size, gx, gy, gz);
      gs[3 * n] = gx;
      gs[3 * n + 1] = gy;
      gs[3 * n + 2] = gz;
      n++;
    }
  });
  // The keys sort by index, equal ones in their order.
  const keys = index
    .subarray(0, n)
    .map((at, i) => at * n + i)
    .sort();
  const kpoint = {
    k,
    weight,
    planeWaves: n,
    gVectors: new Int32Array(3 * n),
    gridIndex: new Int32Array(n),
    kPlusG: new Float64Array(3 * n),
    kinetic: new Float64Array(n),
  };
  for (let i = 0; i < n; i++) {
    const from = keys[i]! % n;
    const at = index[from]!;
    requireInput(
      i === 0 || at !== kpoint.gridIndex[i - 1],
      () =>
        `fftSize: must tell all ${n} plane waves of ecut ${ecut} Ha apart, got [${size.join(", ")}]; ` +
        "leave it null for the exact-product grid",
    );
    const [gx, gy, gz] = [gs[3 * from]!, gs[3 * from + 1]!, gs[3 * from + 2]!];
    kpoint.gridIndex[i] = at;
    for (let c = 0; c < 3; c++) {
      kpoint.gVectors[3 * i + c] = gs[3 * from + c]!;
      kpoint.kPlusG[3 * i + c] = gx * b1[c]! + gy * b2[c]! + gz * b3[c]! + kCart[c]!;
    }
    kpoint.kinetic[i] = kineticOf(
      kpoint.kPlusG[3 * i]!,
      kpoint.kPlusG[3 * i + 1]!,
      kpoint.kPlusG[3 * i + 2]!,
    );
  }
  return kpoint;
}

/** ½q² [Ha]. */
const kineticOf = (x: number, y: number, z: number): number => 0.5 * (x * x + y * y + z * z);

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

/** Counts the plane waves of a sphere without listing them. */
export function countPlaneWaves(lattice: Lattice, ecut: number, k: Vec3): number {
  let count = 0;
  forEachLine(lattice, ecut, k, (first, last) => {
    count += Math.max(0, last - first + 1);
  });
  return count;
}

/** Visits the waves of a sphere by lines along the first axis, from G_x = `first` to `last`. */
function forEachLine(
  lattice: Lattice,
  ecut: number,
  k: Vec3,
  visit: (first: number, last: number, gy: number, gz: number) => void,
): void {
  const { vectors, reciprocal } = cellOfWaves(lattice);
  const [b1, b2, b3] = reciprocal;
  const radius = Math.sqrt(2 * ecut);
  // |G·a_i/2π| ≤ |k+G| |a_i|/2π + |k_i|: a box that contains the sphere.
  const reach = vectors.map((a, i) =>
    i < lattice.dimension ? Math.ceil((radius * Math.sqrt(dot(a, a))) / (2 * Math.PI) + Math.abs(k[i]!)) : 0,
  ) as [number, number, number];
  const b1b1 = dot(b1, b1);
  for (let gz = -reach[2]; gz <= reach[2]; gz++)
    for (let gy = -reach[1]; gy <= reach[1]; gy++) {
      const [y, z] = [gy + k[1], gz + k[2]];
      const q: Vec3 = [y * b2[0] + z * b3[0], y * b2[1] + z * b3[1], y * b2[2] + z * b3[2]];
      const middle = -dot(q, b1) / b1b1;
      const halfWidth2 = middle * middle - (dot(q, q) - 2 * ecut) / b1b1;
      if (halfWidth2 < 0) continue;
      const [least, most] = [middle - Math.sqrt(halfWidth2) - k[0], middle + Math.sqrt(halfWidth2) - k[0]];
      visit(Math.ceil(least), Math.floor(most), gy, gz);
    }
}
