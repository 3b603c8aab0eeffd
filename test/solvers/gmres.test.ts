import { expect, test } from "vitest";
import { random } from "../../src/common/random.ts";
import { gmres } from "../../src/solvers/gmres.ts";
import { closeArrays, notTiny } from "../close.ts";

const { normal } = random(4);
const N = 30;
/** 1 + a little noise: far from symmetric, condition about 3. */
const A = Array.from({ length: N }, (_, i) =>
  Float64Array.from({ length: N }, (_, j) => (i === j ? 1 : 0) + 0.08 * normal()),
);
const times = (x: Float64Array) =>
  Float64Array.from(A, (row) => row.reduce((sum, a, j) => sum + a * x[j]!, 0));
const SOLUTION = Float64Array.from({ length: N }, normal);
const problem = (relativeTolerance: number, maxSteps = 60) =>
  gmres({ apply: async (x) => times(x), rightSide: times(SOLUTION), relativeTolerance, maxSteps });
const norm = (x: Float64Array) => Math.hypot(...x);

test("the solution is that of the system", async () => {
  const { x, converged, steps } = await problem(1e-12);
  notTiny(SOLUTION, 0.5);
  expect(converged).toBe(true);
  expect(steps).toBeLessThanOrEqual(N);
  closeArrays(x, SOLUTION, 1e-10);
});

test("it stops at the residual it reports", async () => {
  const { x, residual, converged, steps } = await problem(1e-3);
  const right = times(SOLUTION);
  const rest = times(x).map((y, i) => right[i]! - y);
  expect(converged).toBe(true);
  expect(residual).toBeGreaterThan(1e-5);
  expect(residual).toBeLessThanOrEqual(1e-3);
  expect(Math.abs(norm(rest) / norm(right) - residual)).toBeLessThan(1e-13);
  const short = await problem(1e-3, steps - 1);
  expect(short.converged).toBe(false);
  expect(short.residual).toBeGreaterThan(1e-3);
});

test("a right side of zero needs no product, an invariant space ends it", async () => {
  const none = await gmres({
    apply: () => Promise.reject(new Error("no product is needed")),
    rightSide: new Float64Array(3),
    relativeTolerance: 1e-8,
    maxSteps: 5,
  });
  expect(none).toEqual({ x: new Float64Array(3), residual: 0, steps: 0, converged: true });
  const rightSide = Float64Array.of(0, 2, 0);
  const one = await gmres({
    apply: async (x) => x.map((v) => 4 * v),
    rightSide,
    relativeTolerance: 0,
    maxSteps: 5,
  });
  closeArrays(one.x, [0, 0.5, 0], 1e-15);
  expect(one.steps).toBe(1);
});
