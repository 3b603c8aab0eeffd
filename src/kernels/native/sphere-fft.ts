import type { GridSize, SphereFft } from "../kernels.ts";
import { checkArray, checkCount } from "./check.ts";
import type { Direction, Effort, Fftw, Stride } from "./fftw.ts";
import { checkGridSize, isAligned } from "./grid-fft.ts";
import type { NativeMemory } from "./memory.ts";
import type { SlabLoops } from "./slab-loops.ts";
import { sphereBox } from "./sphere-box.ts";

/** Size of a slab of planes [bytes], which stays in the second-level cache through all steps. */
const SLAB_BYTES = 256 * 1024;

/** Plans, memory and loops that the transforms of one instance share, cached by size. */
export interface SphereFftTools {
  readonly fftw: Fftw;
  readonly memory: NativeMemory;
  loops(points: number, slabPoints: number): SlabLoops;
}

type Step = (array: Float64Array) => void;
type Copy = (out: Float64Array, x: Float64Array) => void;

/**
 * Plans transforms pruned to a sphere. The packed columns along z with plane waves are transformed
 * first; then, slab by slab, the occupied x of all planes along y, and everything along x. For a
 * sphere half as wide as the grid this is 1/4 + 1/2 + 1 of the three full passes.
 */
export function sphereFft(
  { fftw, memory, loops }: SphereFftTools,
  size: GridSize,
  gridIndex: Int32Array,
  effort: Effort,
): SphereFft {
  checkGridSize(size);
  const [nx, ny, nz] = size;
  const area = nx * ny;
  const points = area * nz;
  const n = gridIndex.length;
  const { nx: boxNx, width, positions, xRuns, yRuns } = sphereBox(size, gridIndex);
  const boxLength = 2 * width * nz;
  const planes = slabPlanes(area, nz);
  const slabPoints = area * planes;

  const inPlace = (axis: Stride, repeats: Stride[], direction: Direction, first = 0): Step => {
    const transform = fftw.plan({ axes: [axis], repeats }, direction, true, effort);
    if (first === 0) return (slab) => transform(slab, slab);
    return (slab) => {
      const lines = slab.subarray(2 * first);
      transform(lines, lines);
    };
  };
  const copy = (repeats: Stride[], from: number, to: number): Copy => {
    const transform = fftw.plan({ axes: [], repeats }, 1, false, effort);
    return (out, x) => transform(out.subarray(2 * to), x.subarray(2 * from));
  };
  const passes = (direction: Direction) => ({
    z: inPlace([nz, width, width], [[width, 1, 1]], direction),
    y: xRuns.map(({ first, length }) => {
      const repeats: Stride[] = [
        [planes, area, area],
        [length, 1, 1],
      ];
      return inPlace([ny, nx, nx], repeats, direction, first);
    }),
    x: inPlace([nx, 1, 1], [[ny * planes, nx, nx]], direction),
  });
  const [inverse, forward] = [passes(1), passes(-1)];
  // Rectangles to copy from the box to the slab and back.
  const unpack: Copy[] = [];
  const pack: Copy[] = [];
  for (const y of yRuns)
    for (const x of xRuns) {
      const inBox = y.boxed * boxNx + x.boxed;
      const inSlab = y.first * nx + x.first;
      const rows: Stride[] = [
        [planes, width, area],
        [y.length, boxNx, nx],
        [x.length, 1, 1],
      ];
      unpack.push(copy(rows, inBox, inSlab));
      pack.push(
        copy(
          rows.map(([count, box, slab]) => [count, slab, box]),
          inSlab,
          inBox,
        ),
      );
    }

  /** box ← z-transform of one band. */
  const bandToBox = (box: Float64Array, psi: Float64Array, base: number): void => {
    box.fill(0);
    for (let i = 0, from = base; i < n; i++, from += 2) {
      const to = 2 * positions[i]!;
      box[to] = psi[from]!;
      box[to + 1] = psi[from + 1]!;
    }
    inverse.z(box);
  };
  /** slab ← u(r) on the planes from `plane` on. */
  const boxToSlab = (slab: Float64Array, box: Float64Array, plane: number): void => {
    slab.fill(0);
    const boxPlanes = box.subarray(2 * width * plane);
    for (const rectangle of unpack) rectangle(slab, boxPlanes);
    for (const pass of inverse.y) pass(slab);
    inverse.x(slab);
  };
  /** box on the planes from `plane` on ← slab, which is destroyed. */
  const slabToBox = (box: Float64Array, slab: Float64Array, plane: number): void => {
    forward.x(slab);
    for (const pass of forward.y) pass(slab);
    const boxPlanes = box.subarray(2 * width * plane);
    for (const rectangle of pack) rectangle(boxPlanes, slab);
  };

  return {
    size,
    planeWaves: n,
    sphereToGrid(grid, c) {
      checkArray("sphereToGrid: grid", grid, 2 * points);
      checkArray("sphereToGrid: c", c, 2 * n);
      memory.scratch((take) => {
        const [box, spare] = [take(boxLength), take(2 * slabPoints)];
        bandToBox(box, c, 0);
        for (let plane = 0; plane < nz; plane += planes) {
          const slab = grid.subarray(2 * area * plane, 2 * (area * plane + slabPoints));
          const aligned = isAligned(slab);
          boxToSlab(aligned ? slab : spare, box, plane);
          if (!aligned) slab.set(spare);
        }
      });
    },
    gridToSphere(c, grid) {
      checkArray("gridToSphere: c", c, 2 * n);
      checkArray("gridToSphere: grid", grid, 2 * points);
      memory.scratch((take) => {
        const [box, spare] = [take(boxLength), take(2 * slabPoints)];
        box.fill(0); // the padding is transformed too: stale values could overflow
        for (let plane = 0; plane < nz; plane += planes) {
          const slab = grid.subarray(2 * area * plane, 2 * (area * plane + slabPoints));
          const aligned = isAligned(slab);
          if (!aligned) spare.set(slab);
          slabToBox(box, aligned ? slab : spare, plane);
        }
        forward.z(box);
        for (let i = 0; i < n; i++) {
          const from = 2 * positions[i]!;
          c[2 * i] = box[from]! / points;
          c[2 * i + 1] = box[from + 1]! / points;
        }
      });
    },
    applyPotential(hpsi, psi, v, nBands) {
      checkCount("applyPotential: nBands", nBands);
      checkArray("applyPotential: hpsi", hpsi, 2 * n * nBands);
      checkArray("applyPotential: psi", psi, 2 * n * nBands);
      checkArray("applyPotential: v", v, points);
      const { slab, field, multiply } = loops(points, slabPoints);
      field.set(v.subarray(0, points));
      const scale = 1 / points;
      memory.scratch((take) => {
        const box = take(boxLength);
        for (let band = 0; band < nBands; band++) {
          const base = 2 * n * band;
          bandToBox(box, psi, base);
          for (let plane = 0; plane < nz; plane += planes) {
            boxToSlab(slab, box, plane);
            multiply(area * plane, slabPoints);
            slabToBox(box, slab, plane);
          }
          forward.z(box);
          for (let i = 0, to = base; i < n; i++, to += 2) {
            const from = 2 * positions[i]!;
            hpsi[to]! += scale * box[from]!;
            hpsi[to + 1]! += scale * box[from + 1]!;
          }
        }
      });
    },
    accumulateDensity(rho, psi, w, nBands, nSets = 1) {
      checkCount("accumulateDensity: nBands", nBands);
      checkCount("accumulateDensity: nSets", nSets);
      checkArray("accumulateDensity: rho", rho, points * nSets);
      checkArray("accumulateDensity: psi", psi, 2 * n * nBands);
      checkArray("accumulateDensity: w", w, nBands * nSets);
      const { slab, field, accumulate } = loops(points * nSets, slabPoints);
      field.set(rho.subarray(0, points * nSets));
      memory.scratch((take) => {
        const box = take(boxLength);
        for (let band = 0; band < nBands; band++) {
          const weights = Array.from({ length: nSets }, (_, s) => w[band + nBands * s]!);
          if (weights.every((weight) => weight === 0)) continue;
          bandToBox(box, psi, 2 * n * band);
          for (let plane = 0; plane < nz; plane += planes) {
            boxToSlab(slab, box, plane);
            weights.forEach((weight, s) => {
              if (weight !== 0) accumulate(points * s + area * plane, slabPoints, weight);
            });
          }
        }
      });
      rho.set(field);
    },
  };
}

/** Returns the largest number of planes that divides nz and fits into a slab. */
function slabPlanes(area: number, nz: number): number {
  let planes = 1;
  for (let p = 1; p <= nz; p++) if (nz % p === 0 && 16 * area * p <= SLAB_BYTES) planes = p;
  return planes;
}
