import { type Grid, gridIndex } from "../basis/grid.ts";
import { invariant } from "../common/failure.ts";
import { type ReadonlyRealField, sumReal } from "../kernels/fields.ts";
import { cholesky, solveCholesky } from "../solvers/cholesky.ts";
import type { ResponseSpace } from "./response-space.ts";

/** Most waves whose operator is written down: a matrix of twice the size is factorised in well under a millisecond. */
const MOST = 40;
/** Waves that the mean density of states screens by less than this part are left to the iteration. */
const WEAKEST = 0.5;

/**
 * The operator 1 + v^{½}(−χ̃₀)v^{½} of `susceptibility.ts` on the waves it screens most, written down and factorised. For a
 * real field Re Σ_j √(2v_j) x_j e^{iG_j r} it is a real matrix on (Re x, Im x):
 *
 *   (B x)_i = (1 + e_i) x_i + Σ_j √(v_i v_j) [ D(G_i − G_j) x_j + D(G_i + G_j) x_j* ] − d_i (Σ_j Re d_j* x_j)/D(0),   d_i = √(2v_i) D(G_i)
 *
 * with D(G) the coefficients of the density of states on the grid, so that products fold back as they do there. Where D varies
 * over the cell, as it does between metal and vacuum, long waves couple so strongly that a diagonal says little:
 * with B on them the number of iterations no longer grows with the length of the cell.
 *
 * @param states D(r) on the coarse grid [Ha⁻¹ bohr⁻³]. @param extra e_i, what else the operator adds to wave i, shape [M].
 * @returns writes B⁻¹ x on the long waves of `out` and leaves the others; undefined where one wave or none is screened.
 */
export function longWaves(
  { coarse, coarseIndex, root, coulomb }: ResponseSpace,
  states: ReadonlyRealField,
  extra: ArrayLike<number>,
): ((out: Float64Array, x: Float64Array) => void) | undefined {
  const mean = sumReal(states) / coarse.points;
  const waves = Int32Array.from(
    Array.from(coulomb.keys())
      .filter((j) => coulomb[j]! * mean > WEAKEST && !isOwnPartner(coarse, coarseIndex[j]!))
      .sort((i, j) => coulomb[j]! - coulomb[i]!)
      .slice(0, MOST),
  );
  if (waves.length < 2) return undefined;
  const n = 2 * waves.length;
  const matrix = new Float64Array(n * n);
  const level = new Float64Array(n);
  const coefficients = coarse.toFourier(states);
  const at = (i: number, j: number, sign: 1 | -1): number => {
    const [a, b] = [3 * coarseIndex[i]!, 3 * coarseIndex[j]!];
    const g = (axis: number) => coarse.gVectors[a + axis]! + sign * coarse.gVectors[b + axis]!;
    return 2 * gridIndex(coarse.size, g(0), g(1), g(2));
  };
  waves.forEach((i, row) => {
    for (const part of [0, 1]) level[2 * row + part] = root[i]! * coefficients[2 * coarseIndex[i]! + part]!;
    for (let column = 0; column <= row; column++) {
      const j = waves[column]!;
      const weight = 0.5 * root[i]! * root[j]!;
      const [minus, plus] = [at(i, j, -1), at(i, j, 1)];
      const [ar, ai] = [weight * coefficients[minus]!, weight * coefficients[minus + 1]!];
      const [br, bi] = [weight * coefficients[plus]!, weight * coefficients[plus + 1]!];
      const here = 2 * row * n + 2 * column;
      matrix[here] = ar + br;
      matrix[here + 1] = bi - ai;
      matrix[here + n] = ai + bi;
      matrix[here + n + 1] = ar - br;
    }
  });
  for (let row = 0; row < n; row++) {
    for (let column = 0; column <= row; column++)
      matrix[row * n + column]! -= (level[row]! * level[column]!) / mean;
    matrix[row * n + row]! += 1 + extra[waves[row >> 1]!]!;
  }
  // The exact operator is at least one.
  invariant(cholesky(n, matrix), () => `the screening of ${waves.length} long waves is not positive`);
  const part = new Float64Array(n);
  return (out, x) => {
    for (let row = 0; row < n; row++) part[row] = x[2 * waves[row >> 1]! + (row & 1)]!;
    solveCholesky(n, matrix, part);
    for (let row = 0; row < n; row++) out[2 * waves[row >> 1]! + (row & 1)] = part[row]!;
  };
}

/** G = −G on the grid: a wave of highest frequencies only, real by itself. */
const isOwnPartner = ({ gVectors, size }: Grid, index: number): boolean =>
  size.every((n, axis) => (2 * gVectors[3 * index + axis]!) % n === 0);
