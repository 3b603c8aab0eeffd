import { gridIndex } from "../basis/grid.ts";
import type { KPoint } from "../basis/kpoint.ts";
import { rowsVec, type Vec3 } from "../common/vec3.ts";
import type { GridSize } from "../kernels/kernels.ts";
import type { Lattice } from "../model/lattice.ts";

/** Orbitals at other k-points or of another cutoff. */
export interface OrbitalsElsewhere {
  readonly kpoints: readonly KPoint[];
  /** A complex panel [planeWaves × bands] for each k-point, spin slowest. */
  readonly panels: readonly Float64Array[];
}

/**
 * Returns start vectors for orbitals: at every k-point the periodic parts of those at the nearest
 * one of before, at the plane waves that both have. They are neither orthonormal nor complete.
 *
 * @param size FFT grid of the k-points.
 */
export function carryOrbitals(
  { kpoints: before, panels }: OrbitalsElsewhere,
  kpoints: readonly KPoint[],
  { size, lattice }: { readonly size: GridSize; readonly lattice: Lattice },
): Float64Array[] {
  const places = before.map(({ k }) => rowsVec(lattice.reciprocal, k));
  const nearestTo = (k: Vec3): number => {
    const [x, y, z] = rowsVec(lattice.reciprocal, k);
    let [nearest, least] = [0, Infinity];
    places.forEach(([a, b, c], i) => {
      const far = (a - x) ** 2 + (b - y) ** 2 + (c - z) ** 2;
      if (far < least) [nearest, least] = [i, far];
    });
    return nearest;
  };
  const position = new Int32Array(size[0] * size[1] * size[2]).fill(-1);
  const found = kpoints.map((kpoint) => {
    const nearest = nearestTo(kpoint.k);
    const { gVectors, planeWaves } = before[nearest]!;
    kpoint.gridIndex.forEach((at, i) => {
      position[at] = i;
    });
    const rows = Int32Array.from({ length: planeWaves }, (_, i) => {
      const [x, y, z] = [gVectors[3 * i]!, gVectors[3 * i + 1]!, gVectors[3 * i + 2]!];
      const isOnGrid = 2 * Math.max(Math.abs(x) / size[0], Math.abs(y) / size[1], Math.abs(z) / size[2]) < 1;
      return isOnGrid ? position[gridIndex(size, x, y, z)]! : -1;
    });
    position.fill(-1);
    return { nearest, rows, n: kpoint.planeWaves };
  });
  const nSpin = panels.length / before.length;
  return Array.from({ length: nSpin }, (_, spin) =>
    found.map(({ nearest, rows, n }) => {
      const from = panels[nearest + spin * before.length]!;
      const bands = from.length / (2 * rows.length);
      const out = new Float64Array(2 * n * bands);
      for (let j = 0; j < bands; j++)
        rows.forEach((row, i) => {
          if (row < 0) return;
          out[2 * (row + n * j)] = from[2 * (i + rows.length * j)]!;
          out[2 * (row + n * j) + 1] = from[2 * (i + rows.length * j) + 1]!;
        });
      return out;
    }),
  ).flat();
}
