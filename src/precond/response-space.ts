import { exactProductGridSize, frequency, type Grid } from "../basis/grid.ts";
import type { GridSize } from "../kernels/kernels.ts";

/**
 * The waves a model susceptibility answers to, and a grid just fine enough for them. A susceptibility made for slowly
 * varying potentials says nothing about short waves, and the Coulomb interaction 4π/|G|² hardly excites them.
 */
export interface ResponseSpace {
  readonly fine: Grid;
  /** Carries the products with potentials; `fine` itself where that is coarse enough. */
  readonly coarse: Grid;
  /** One G of every pair ±G ≠ 0 as index on each grid, shape [M]. */
  readonly fineIndex: Int32Array;
  readonly coarseIndex: Int32Array;
  /** s √v(G), v = 4π/|G|² [bohr²]; s = √2 makes up for the partner that is not stored, 1 where G is its own. Shape [M]. */
  readonly root: Float64Array;
  /** v(G) [bohr²], shape [M]. */
  readonly coulomb: Float64Array;
}

/**
 * Longest wave vector kept [bohr⁻¹] where the grid is finer. Beyond it a metal with kTF = 1.2 bohr⁻¹ changes a wave by less
 * than 6 %; 4, 5, 6 and no limit all took 11 SCF steps in aluminium slabs of 4 and of 8 layers.
 */
const LONGEST = 5;

/** @param longest cut-off [bohr⁻¹] of the waves answered to; a grid that has none beyond is used as it is. */
export function responseSpace(fine: Grid, longest = LONGEST): ResponseSpace {
  const wanted = exactProductGridSize(fine.lattice.vectors, longest ** 2 / 8);
  const size = wanted.map((n, i) => Math.min(n, fine.size[i]!)) as unknown as GridSize; // three in, three out
  const isWhole = size.every((n, i) => n === fine.size[i]);
  const coarse = isWhole ? fine : fine.withSize(size);
  const cutoff = isWhole ? Number.POSITIVE_INFINITY : longest ** 2;
  const { normG2 } = coarse;
  const [nx, ny, nz] = size;
  const coarseIndex: number[] = [];
  const fineIndex: number[] = [];
  const root: number[] = [];
  const coulomb: number[] = [];
  /** Index on the fine axis of the frequency that index i of the coarse one stands for. */
  const fineAxis = (axis: number) =>
    Int32Array.from({ length: size[axis]! }, (_, i) => {
      const g = frequency(i, size[axis]!);
      return g < 0 ? g + fine.size[axis]! : g;
    });
  const [fineX, fineY, fineZ] = [fineAxis(0), fineAxis(1), fineAxis(2)];
  let g = 0;
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++, g++) {
        const partner = (x === 0 ? 0 : nx - x) + nx * ((y === 0 ? 0 : ny - y) + ny * (z === 0 ? 0 : nz - z));
        if (g === 0 || partner < g) continue;
        // At the highest frequency of an even axis the two differ, and a real field feels their mean.
        const v = (2 * Math.PI) / normG2[g]! + (2 * Math.PI) / normG2[partner]!;
        if ((4 * Math.PI) / v > cutoff) continue;
        coarseIndex.push(g);
        fineIndex.push(fineX[x]! + fine.size[0] * (fineY[y]! + fine.size[1] * fineZ[z]!));
        root.push(Math.sqrt(partner === g ? v : 2 * v));
        coulomb.push(v);
      }
  return {
    fine,
    coarse,
    fineIndex: Int32Array.from(fineIndex),
    coarseIndex: Int32Array.from(coarseIndex),
    root: Float64Array.from(root),
    coulomb: Float64Array.from(coulomb),
  };
}
