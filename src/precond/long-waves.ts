import { gridIndex } from "../basis/grid.ts";
import { invariant } from "../common/failure.ts";
import type { ReadonlyFourierField } from "../kernels/fields.ts";
import { cholesky, solveCholesky } from "../solvers/cholesky.ts";
import type { ResponseSpace } from "./response-space.ts";

/** Waves that the mean density of states screens by less than this part are left to the iteration. */
const WEAKEST = 0.5;

/**
 * The operator 1 + v^{½}(−χ̃₀)v^{½} of `susceptibility.ts` on the waves it screens most, written down and factorised. For a
 * real field, x(−G) = x(G)*, it is a real matrix on (Re x, Im x) of one wave of every pair:
 *
 *   (B x)_i = (1 + e_i) x_i + Σ_j √(v_i v_j) [ D(G_i − G_j) x_j + D(G_i + G_j) x_j* ] − d_i (2 Σ_j Re d_j* x_j)/D(0),   d_i = √v_i D(G_i)
 *
 * with D(G) the coefficients of the density of states on the grid, so that products fold back as they do there. Where D varies
 * over the cell, as it does between metal and vacuum, long waves couple so strongly that a diagonal says little:
 * with B on them the number of iterations no longer grows with the length of the cell.
 *
 * @param states D(G) on the coarse grid [Ha⁻¹ bohr⁻³]. @param extra e_i, what else the operator adds to wave i, shape [M].
 * @returns writes B⁻¹ x on the long waves of `out` and leaves the others; undefined where one pair or none is screened.
 */
export function longWaves(
  { coarse, onCoarse, root, coulomb, longest }: ResponseSpace,
  states: ReadonlyFourierField,
  extra: ArrayLike<number>,
): ((out: Float64Array, x: Float64Array) => void) | undefined {
  const mean = states[0]!;
  const pairs = longest.filter(([j]) => coulomb[j]! * mean > WEAKEST);
  if (pairs.length < 2) return undefined;
  const n = 2 * pairs.length;
  const matrix = new Float64Array(n * n);
  const level = new Float64Array(n);
  const { size, gVectors } = coarse;
  pairs.forEach(([i], row) => {
    const a = 3 * onCoarse.index[i]!;
    level[2 * row] = root[i]! * states[2 * onCoarse.index[i]!]!;
    level[2 * row + 1] = root[i]! * states[2 * onCoarse.index[i]! + 1]!;
    for (let column = 0; column <= row; column++) {
      const [j] = pairs[column]!;
      const b = 3 * onCoarse.index[j]!;
      const [x, y, z] = [gVectors[a]!, gVectors[a + 1]!, gVectors[a + 2]!];
      const [p, q, r] = [gVectors[b]!, gVectors[b + 1]!, gVectors[b + 2]!];
      const minus = 2 * gridIndex(size, x - p, y - q, z - r);
      const plus = 2 * gridIndex(size, x + p, y + q, z + r);
      const weight = root[i]! * root[j]!;
      const [ar, ai] = [weight * states[minus]!, weight * states[minus + 1]!];
      const [br, bi] = [weight * states[plus]!, weight * states[plus + 1]!];
      const here = 2 * row * n + 2 * column;
      matrix[here] = ar + br;
      matrix[here + 1] = bi - ai;
      matrix[here + n] = ai + bi;
      matrix[here + n + 1] = ar - br;
    }
  });
  for (let row = 0; row < n; row++) {
    for (let column = 0; column <= row; column++)
      matrix[row * n + column]! -= (2 * level[row]! * level[column]!) / mean;
    matrix[row * n + row]! += 1 + extra[pairs[row >> 1]![0]]!;
  }
  // The exact operator is at least one.
  invariant(cholesky(n, matrix), () => `the screening of ${pairs.length} long waves is not positive`);
  const part = new Float64Array(n);
  return (out, x) => {
    for (let row = 0; row < n; row++) part[row] = x[2 * pairs[row >> 1]![0] + (row & 1)]!;
    solveCholesky(n, matrix, part);
    pairs.forEach(([one, other], pair) => {
      out[2 * one] = out[2 * other] = part[2 * pair]!;
      out[2 * one + 1] = part[2 * pair + 1]!;
      out[2 * other + 1] = -part[2 * pair + 1]!;
    });
  };
}
