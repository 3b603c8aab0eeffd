import { describe, expect, test } from "vitest";
import type { Grid } from "../../src/basis/grid.ts";
import { newRealField, type RealField } from "../../src/kernels/fields.ts";
import { longWaves } from "../../src/precond/long-waves.ts";
import { type ResponseSpace, responseSpace } from "../../src/precond/response-space.ts";
import { closeArrays, largestDifference, notTiny } from "../close.ts";
import { testGrid, unevenStates } from "./laws.ts";

/** Σ_j root_j x_j e^{iG_j r}, real, wave by wave. */
function field(grid: Grid, { onCoarse, root }: ResponseSpace, x: Float64Array): RealField {
  const out = newRealField(grid.points);
  const [nx, ny, nz] = grid.size;
  onCoarse.index.forEach((g, j) => {
    const [gx, gy, gz] = grid.gVectors.subarray(3 * g, 3 * g + 3);
    for (let r = 0; r < grid.points; r++) {
      const phase =
        2 *
        Math.PI *
        ((gx! * (r % nx)) / nx +
          (gy! * (Math.floor(r / nx) % ny)) / ny +
          (gz! * Math.floor(r / (nx * ny))) / nz);
      out[r]! += root[j]! * (x[2 * j]! * Math.cos(phase) - x[2 * j + 1]! * Math.sin(phase));
    }
  });
  return out;
}

/** (1 + v^{½}(−χ̃₀)v^{½}) x from its definition: the answer of every point to the field, projected on the waves. */
function screened(grid: Grid, space: ResponseSpace, states: RealField, x: Float64Array): Float64Array {
  const potential = field(grid, space, x);
  const sum = states.reduce((a, b) => a + b, 0);
  const level = states.reduce((a, d, r) => a + d * potential[r]!, 0) / sum;
  const answer = grid.toFourier(potential.map((v, r) => states[r]! * (v - level)) as RealField);
  return x.map(
    (value, i) => value + space.root[i >> 1]! * answer[2 * space.onCoarse.index[i >> 1]! + (i & 1)]!,
  );
}

describe("the long waves", () => {
  test("are solved for exactly: what the operator makes of a field of them is turned back into it", () => {
    for (const size of [
      [5, 7, 15],
      [8, 4, 9],
    ] as const) {
      const grid = testGrid(size);
      const space = responseSpace(grid);
      const states = unevenStates(grid, 1);
      for (let r = 0; r < states.length; r++) states[r]! *= 30;
      const { load, solve } = longWaves(space);
      load(grid.toFourier(states), new Float64Array(space.root.length));
      const untouched = new Float64Array(2 * space.root.length).fill(Number.NaN);
      const isLong = (() => {
        solve(untouched, new Float64Array(untouched.length));
        return untouched.map((value) => (Number.isNaN(value) ? 0 : 1));
      })();
      const count = isLong.reduce((a, b) => a + b, 0) / 2;
      expect(count).toBeGreaterThan(3);
      expect(count).toBeLessThan(space.root.length);
      const x = new Float64Array(isLong.length);
      // Of a real field: x(−G) = x(G)*.
      for (let i = 0; i < space.longest.length; i += 2) {
        const [j, partner] = [space.longest[i]!, space.longest[i + 1]!];
        x[2 * j] = x[2 * partner] = isLong[2 * j]! * Math.sin(1 + j);
        x[2 * j + 1] = isLong[2 * j]! * Math.cos(2 + j);
        x[2 * partner + 1] = -x[2 * j + 1]!;
      }
      const out = new Float64Array(x.length);
      const image = screened(grid, space, states, x);
      expect(largestDifference(image, x).error).toBeGreaterThan(0.3);
      solve(out, image);
      notTiny(out, 0.1);
      closeArrays(out, x, 1e-11); // condition of the operator about 10
    }
  });

  test("are none where hardly anything is screened", () => {
    const grid = testGrid([5, 7, 15]);
    const space = responseSpace(grid);
    const few = unevenStates(grid, 1).map((d) => 1e-4 * d) as RealField;
    const { load, solve } = longWaves(space);
    load(grid.toFourier(few), new Float64Array(space.root.length));
    const out = new Float64Array(2 * space.root.length).fill(7);
    solve(out, new Float64Array(out.length).fill(1));
    expect(out.every((x) => x === 7)).toBe(true);
  });
});
