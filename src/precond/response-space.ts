import { exactProductGridSize, type Grid, gridIndex } from "../basis/grid.ts";
import type { Waves } from "../basis/waves.ts";
import type { GridSize } from "../kernels/kernels.ts";

/**
 * Waves on which a model susceptibility acts, and the coarsest grid that holds them. A
 * susceptibility for slowly varying potentials says nothing about short waves, and the Coulomb
 * interaction 4π/|G|² hardly excites them.
 */
export interface ResponseSpace {
  readonly fine: Grid;
  /** Grid for products with potentials; `fine` itself if it is coarse enough. */
  readonly coarse: Grid;
  /** The M waves G ≠ 0 on each grid, in one order, with both waves of every pair ±G. */
  readonly onFine: Waves;
  readonly onCoarse: Waves;
  /** v(G) = 4π/|G|² [bohr²], shape [M]. */
  readonly coulomb: Float64Array;
  /** √v, in the memory of the kernels. */
  readonly root: Float64Array;
  /** Indices of the n waves of largest v in descending order, G and −G side by side. */
  readonly longest: Int32Array;
  /** Coarse-grid index of G_i − G_j for the waves in `longest`, aliased; at i + n·j for i ≤ j. */
  readonly differences: Int32Array;
}

/**
 * Longest wave vector kept [bohr⁻¹]. Beyond it a metal with kTF = 1.2 bohr⁻¹ changes a wave by less
 * than 6 %; 4, 5, 6 and no limit all took 11 SCF steps in aluminium slabs of 4 and of 8 layers.
 */
const LONGEST = 5;

/** Largest number of waves in `longest`; a matrix of this size is factorised in under 1 ms. */
const MOST = 56;

/** Makes a function that returns the space of a grid and caches the last one. */
export function keptSpace(): (grid: Grid) => ResponseSpace {
  let space: ResponseSpace | undefined;
  return (grid) => {
    if (space?.fine !== grid) space = responseSpace(grid);
    return space;
  };
}

/** Builds the response space of a grid; one whose waves are all within it is used as it is. */
export function responseSpace(fine: Grid): ResponseSpace {
  const wanted = exactProductGridSize(fine.lattice.vectors, LONGEST ** 2 / 8);
  const size = wanted.map((n, i) => Math.min(n, fine.size[i]!)) as unknown as GridSize;
  const isWhole = size.every((n, i) => n === fine.size[i]);
  const coarse = isWhole ? fine : fine.withSize(size);
  const cutoff = isWhole ? Number.POSITIVE_INFINITY : LONGEST ** 2;
  const { points, normG2 } = coarse;
  const [nx, ny, nz] = size;
  const opposite = (i: number, n: number) => (i === 0 ? 0 : n - i);
  /** Index on the fine axis of the frequency at index i of the coarse axis. */
  const onFineAxis = (i: number, n: number, nFine: number) => (2 * i < n ? i : i - n + nFine);
  const [index, fineIndex, minusIndex, v]: [number[], number[], number[], number[]] = [[], [], [], []];
  const place = new Int32Array(points);
  for (let z = 0, g = 0; z < nz; z++)
    for (let y = 0; y < ny; y++) {
      const minusRow = nx * (opposite(y, ny) + ny * opposite(z, nz));
      const fineRow = onFineAxis(y, ny, fine.size[1]) + fine.size[1] * onFineAxis(z, nz, fine.size[2]);
      for (let x = 0; x < nx; x++, g++) {
        const minus = minusRow + (x === 0 ? 0 : nx - x);
        // At the highest frequency of an even axis |G| ≠ |−G|; a real field has their mean.
        const vOfG = (2 * Math.PI) / normG2[g]! + (2 * Math.PI) / normG2[minus]!;
        if (g === 0 || (4 * Math.PI) / vOfG > cutoff) continue;
        place[g] = index.length;
        index.push(g);
        minusIndex.push(minus);
        fineIndex.push(onFineAxis(x, nx, fine.size[0]) + fine.size[0] * fineRow);
        v.push(vOfG);
      }
    }
  const onCoarse = coarse.waves(Int32Array.from(index));
  const coulomb = Float64Array.from(v);
  const root = coarse.kernels.alloc(v.length);
  root.set(coulomb.map(Math.sqrt));
  const chosen = longestWaves(
    coulomb,
    minusIndex.map((g) => place[g]!),
  );
  return {
    fine,
    coarse,
    onFine: isWhole ? onCoarse : fine.waves(Int32Array.from(fineIndex)),
    onCoarse,
    coulomb,
    root,
    longest: chosen,
    differences: differences(
      coarse,
      chosen.map((j) => index[j]!),
    ),
  };
}

/**
 * Returns the waves of largest v, G before −G.
 *
 * @param partner index of −G.
 */
function longestWaves(coulomb: Float64Array, partner: readonly number[]): Int32Array {
  const least = coulomb.slice().sort().at(-MOST) ?? 0;
  const first: number[] = [];
  for (let j = 0; j < coulomb.length; j++) if (coulomb[j]! >= least && j < partner[j]!) first.push(j);
  first.sort((a, b) => coulomb[b]! - coulomb[a]!);
  return Int32Array.from(first.slice(0, MOST / 2).flatMap((j) => [j, partner[j]!]));
}

/** Returns the grid index of G_i − G_j, at i + n·j for i ≤ j, for the n waves at `index`. */
function differences({ size, gVectors }: Grid, index: Int32Array): Int32Array {
  const n = index.length;
  const out = new Int32Array(n * n);
  const along = (axis: number, i: number, j: number) =>
    gVectors[3 * index[i]! + axis]! - gVectors[3 * index[j]! + axis]!;
  for (let j = 0; j < n; j++)
    for (let i = 0; i <= j; i++)
      out[i + n * j] = gridIndex(size, along(0, i, j), along(1, i, j), along(2, i, j));
  return out;
}
