import { exactProductGridSize, frequency, type Grid } from "../basis/grid.ts";
import type { Waves } from "../basis/waves.ts";
import type { RealField } from "../kernels/fields.ts";
import type { GridSize } from "../kernels/kernels.ts";

/**
 * The waves a model susceptibility answers to, and a grid just fine enough for them. A susceptibility made for slowly
 * varying potentials says nothing about short waves, and the Coulomb interaction 4π/|G|² hardly excites them.
 */
export interface ResponseSpace {
  readonly fine: Grid;
  /** Carries the products with potentials; `fine` itself where that is coarse enough. */
  readonly coarse: Grid;
  /** The waves G ≠ 0 on each grid, in one order, both of every pair ±G; M of them. */
  readonly onFine: Waves;
  readonly onCoarse: Waves;
  /** v(G) = 4π/|G|² [bohr²] and its root, shape [M]. */
  readonly coulomb: Float64Array;
  readonly root: Float64Array;
  /** Memory for the factors of products on the coarse grid, D and √L. */
  readonly factors: { readonly states: RealField; readonly place: RealField };
  /** Pairs (G, −G) as places among the waves, those of largest v first. */
  readonly longest: readonly (readonly [number, number])[];
}

/**
 * Longest wave vector kept [bohr⁻¹] where the grid is finer. Beyond it a metal with kTF = 1.2 bohr⁻¹ changes a wave by less
 * than 6 %; 4, 5, 6 and no limit all took 11 SCF steps in aluminium slabs of 4 and of 8 layers.
 */
const LONGEST = 5;

/** Pairs in `longest` at most: a matrix of twice the size is factorised in well under a millisecond. */
const MOST = 28;

/** @param longest cut-off [bohr⁻¹] of the waves answered to; a grid that has none beyond is used as it is. */
export function responseSpace(fine: Grid, longest = LONGEST): ResponseSpace {
  const wanted = exactProductGridSize(fine.lattice.vectors, longest ** 2 / 8);
  const size = wanted.map((n, i) => Math.min(n, fine.size[i]!)) as unknown as GridSize; // three in, three out
  const isWhole = size.every((n, i) => n === fine.size[i]);
  const coarse = isWhole ? fine : fine.withSize(size);
  const cutoff = isWhole ? Number.POSITIVE_INFINITY : longest ** 2;
  const { points, normG2 } = coarse;
  const [nx, ny, nz] = size;
  const opposite = (i: number, n: number) => (i === 0 ? 0 : n - i);
  /** Index on the fine axis of the frequency that index i of the coarse one stands for. */
  const fineAxis = (axis: number) =>
    Int32Array.from({ length: size[axis]! }, (_, i) => {
      const g = frequency(i, size[axis]!);
      return g < 0 ? g + fine.size[axis]! : g;
    });
  const [fineX, fineY, fineZ] = [fineAxis(0), fineAxis(1), fineAxis(2)];
  const kept: { g: number; partner: number; fine: number; v: number }[] = [];
  let g = 0;
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++, g++) {
        if (g === 0) continue;
        const partner = opposite(x, nx) + nx * (opposite(y, ny) + ny * opposite(z, nz));
        // At the highest frequency of an even axis the two differ, and a real field feels their mean.
        const v = (2 * Math.PI) / normG2[g]! + (2 * Math.PI) / normG2[partner]!;
        if ((4 * Math.PI) / v > cutoff) continue;
        kept.push({ g, partner, fine: fineX[x]! + fine.size[0] * (fineY[y]! + fine.size[1] * fineZ[z]!), v });
      }
  const place = new Int32Array(points);
  kept.forEach((wave, j) => {
    place[wave.g] = j;
  });
  const onCoarse = coarse.waves(Int32Array.from(kept, (wave) => wave.g));
  const coulomb = Float64Array.from(kept, ({ v }) => v);
  return {
    fine,
    coarse,
    onFine: isWhole ? onCoarse : fine.waves(Int32Array.from(kept, (wave) => wave.fine)),
    onCoarse,
    coulomb,
    root: coulomb.map(Math.sqrt),
    factors: { states: onCoarse.factor(), place: onCoarse.factor() },
    longest: kept
      .filter((wave) => wave.g < wave.partner)
      .sort((a, b) => b.v - a.v)
      .slice(0, MOST)
      .map((wave) => [place[wave.g]!, place[wave.partner]!] as const),
  };
}
