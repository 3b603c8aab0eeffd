import type { GridSize, SphereFft } from "../kernels.ts";
import { checkArray, checkCount } from "./check.ts";
import type { Direction, Fftw, Transform } from "./fftw.ts";
import { checkGridSize, isAligned } from "./grid-fft.ts";
import type { NativeMemory } from "./memory.ts";
import { sphereColumns } from "./sphere-columns.ts";

/** Planes are worked on in slabs of about this size, which stay in the second-level cache from the first to the last step. */
const SLAB_BYTES = 256 * 1024;

/**
 * Transforms pruned to a sphere. The columns along z that hold plane waves are kept together, [nz][width], and
 * transformed first; then, slab by slab, the occupied x of all planes along y, and everything along x.
 * With the sphere half as wide as the grid that is π/16 + 1/2 + 1 of the three full passes.
 */
export function sphereFft(
  fftw: Fftw,
  memory: NativeMemory,
  size: GridSize,
  gridIndex: Int32Array,
): SphereFft {
  checkGridSize(size);
  const [nx, ny, nz] = size;
  const area = nx * ny;
  const points = area * nz;
  const n = gridIndex.length;
  const { places, width, positions, runs } = sphereColumns(size, gridIndex);
  const planes = slabPlanes(area, nz);
  const slabLength = 2 * area * planes;

  const columns = memory.alloc(2 * width * nz);
  const work = memory.alloc(slabLength);
  const alongZ = (direction: Direction): Transform =>
    fftw.plan({ axes: [[nz, width]], loops: [[width, 1]] }, direction, true);
  const alongY = (direction: Direction): readonly (readonly [number, Transform])[] =>
    runs.map(([first, length]) => {
      const loops = [
        [planes, area],
        [length, 1],
      ] as const;
      return [2 * first, fftw.plan({ axes: [[ny, nx]], loops }, direction, true)] as const;
    });
  const alongX = (direction: Direction): Transform =>
    fftw.plan({ axes: [[nx, 1]], loops: [[ny * planes, nx]] }, direction, true);
  const inverse = { z: alongZ(1), y: alongY(1), x: alongX(1) };
  const forward = { z: alongZ(-1), y: alongY(-1), x: alongX(-1) };

  /** columns ← the z-transform of one band. */
  const bandToColumns = (psi: Float64Array, base: number): void => {
    columns.fill(0);
    for (let i = 0, from = base; i < n; i++, from += 2) {
      const to = 2 * positions[i]!;
      columns[to] = psi[from]!;
      columns[to + 1] = psi[from + 1]!;
    }
    inverse.z(columns, columns);
  };
  /** slab ← u(r) on the planes from `plane` on. */
  const columnsToSlab = (slab: Float64Array, plane: number): void => {
    slab.fill(0);
    for (let p = 0; p < planes; p++) {
      let from = 2 * width * (plane + p);
      for (let c = 0; c < places.length; c++, from += 2) {
        const to = 2 * (area * p + places[c]!);
        slab[to] = columns[from]!;
        slab[to + 1] = columns[from + 1]!;
      }
    }
    for (const [first, transform] of inverse.y) {
      const lines = first === 0 ? slab : slab.subarray(first);
      transform(lines, lines);
    }
    inverse.x(slab, slab);
  };
  /** columns on the planes from `plane` on ← slab, which is destroyed. */
  const slabToColumns = (slab: Float64Array, plane: number): void => {
    forward.x(slab, slab);
    for (const [first, transform] of forward.y) {
      const lines = first === 0 ? slab : slab.subarray(first);
      transform(lines, lines);
    }
    for (let p = 0; p < planes; p++) {
      let to = 2 * width * (plane + p);
      for (let c = 0; c < places.length; c++, to += 2) {
        const from = 2 * (area * p + places[c]!);
        columns[to] = slab[from]!;
        columns[to + 1] = slab[from + 1]!;
      }
    }
  };

  return {
    size,
    planeWaves: n,
    sphereToGrid(grid, c) {
      checkArray("sphereToGrid: grid", grid, 2 * points);
      checkArray("sphereToGrid: c", c, 2 * n);
      bandToColumns(c, 0);
      for (let plane = 0; plane < nz; plane += planes) {
        const slab = grid.subarray(2 * area * plane, 2 * area * plane + slabLength);
        const aligned = isAligned(slab);
        columnsToSlab(aligned ? slab : work, plane);
        if (!aligned) slab.set(work);
      }
    },
    gridToSphere(c, grid) {
      checkArray("gridToSphere: c", c, 2 * n);
      checkArray("gridToSphere: grid", grid, 2 * points);
      for (let plane = 0; plane < nz; plane += planes) {
        const slab = grid.subarray(2 * area * plane, 2 * area * plane + slabLength);
        const aligned = isAligned(slab);
        if (!aligned) work.set(slab);
        slabToColumns(aligned ? slab : work, plane);
      }
      forward.z(columns, columns);
      for (let i = 0; i < n; i++) {
        const from = 2 * positions[i]!;
        c[2 * i] = columns[from]! / points;
        c[2 * i + 1] = columns[from + 1]! / points;
      }
    },
    applyPotential(hpsi, psi, v, nBands) {
      checkCount("applyPotential: nBands", nBands);
      checkArray("applyPotential: hpsi", hpsi, 2 * n * nBands);
      checkArray("applyPotential: psi", psi, 2 * n * nBands);
      checkArray("applyPotential: v", v, points);
      const scale = 1 / points;
      for (let band = 0; band < nBands; band++) {
        const base = 2 * n * band;
        bandToColumns(psi, base);
        for (let plane = 0; plane < nz; plane += planes) {
          columnsToSlab(work, plane);
          for (let r = area * plane, at = 0; at < slabLength; r++, at += 2) {
            const value = v[r]!;
            work[at]! *= value;
            work[at + 1]! *= value;
          }
          slabToColumns(work, plane);
        }
        forward.z(columns, columns);
        for (let i = 0, to = base; i < n; i++, to += 2) {
          const from = 2 * positions[i]!;
          hpsi[to]! += scale * columns[from]!;
          hpsi[to + 1]! += scale * columns[from + 1]!;
        }
      }
    },
    accumulateDensity(rho, psi, w, nBands) {
      checkCount("accumulateDensity: nBands", nBands);
      checkArray("accumulateDensity: rho", rho, points);
      checkArray("accumulateDensity: psi", psi, 2 * n * nBands);
      checkArray("accumulateDensity: w", w, nBands);
      for (let band = 0; band < nBands; band++) {
        const weight = w[band]!;
        if (weight === 0) continue;
        bandToColumns(psi, 2 * n * band);
        for (let plane = 0; plane < nz; plane += planes) {
          columnsToSlab(work, plane);
          for (let r = area * plane, at = 0; at < slabLength; r++, at += 2)
            rho[r]! += weight * (work[at]! * work[at]! + work[at + 1]! * work[at + 1]!);
        }
      }
    },
  };
}

/** The largest number of planes that divides nz and fits into a slab. */
function slabPlanes(area: number, nz: number): number {
  let planes = 1;
  for (let p = 1; p <= nz; p++) if (nz % p === 0 && 16 * area * p <= SLAB_BYTES) planes = p;
  return planes;
}
