import { expect, test } from "vitest";
import { referenceKernels } from "../../src/kernels/reference.ts";
import { type QuasiNewtonOptions, quasiNewton, type Slope } from "../../src/solvers/quasi-newton.ts";

const identity = (n: number, s = 1) =>
  Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? s : 0));
const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

/** Minimises until the gradient is small; counts the points looked at. */
function minimise(
  f: (x: Float64Array) => Slope,
  options: Partial<QuasiNewtonOptions> & { start: Float64Array },
) {
  const search = quasiNewton({
    kernels: referenceKernels().real,
    hessian: identity(options.start.length),
    radius: 0.5,
    largestRadius: 2,
    noise: 1e-14,
    ...options,
  });
  const lengths: number[] = [];
  let slope = f(search.point);
  search.begin(slope);
  let count = 0;
  for (; count < 200 && Math.sqrt(dot(slope.gradient, slope.gradient)) > 1e-8; count++) {
    const next = search.propose();
    lengths.push(Math.hypot(...next.map((x, i) => x - search.point[i]!)));
    const there = f(next);
    if (search.tell(there)) slope = there;
  }
  return { point: search.point, value: slope.value, count, lengths };
}

/** 100 (y − x²)² + (1 − x)² */
const rosenbrock = ([x = 0, y = 0]: Float64Array): Slope => ({
  value: 100 * (y - x * x) ** 2 + (1 - x) ** 2,
  gradient: Float64Array.of(-400 * x * (y - x * x) - 2 * (1 - x), 200 * (y - x * x)),
});

test("the curved valley of Rosenbrock is followed to its end", () => {
  const { point, count } = minimise(rosenbrock, { start: Float64Array.of(-1.2, 1) });
  expect(Math.hypot(point[0]! - 1, point[1]! - 1)).toBeLessThan(1e-7);
  expect(count).toBeLessThan(60);
});

/** A quadratic function with eigenvalues 1 … n in a rotated basis, minimum 1 at x = 1. */
const n = 6;
const matrix = Float64Array.from({ length: n * n }, (_, k) => {
  const [i, j] = [Math.floor(k / n), k % n];
  return (i === j ? i + 1 : 0) + 0.3;
});
const quadratic = (x: Float64Array): Slope => {
  const d = x.map((y) => y - 1);
  const gradient = d.map((_, i) => dot(matrix.subarray(i * n, (i + 1) * n), d));
  return { value: 1 + 0.5 * dot(d, gradient), gradient };
};

test("the exact Hessian gives the minimum of a quadratic function in one step", () => {
  const { count, point } = minimise(quadratic, { start: new Float64Array(n), hessian: matrix, radius: 10 });
  expect(count).toBe(1);
  expect(Math.max(...point.map((x) => Math.abs(x - 1)))).toBeLessThan(1e-12);
});

test("no step is longer than the radius, which the largest bounds", () => {
  const { lengths, point } = minimise(quadratic, {
    start: new Float64Array(n),
    radius: 0.1,
    largestRadius: 0.4,
  });
  expect(lengths[0]).toBeLessThan(0.1 * 1.002);
  expect(Math.max(...lengths)).toBeLessThan(0.4 * 1.002);
  expect(Math.max(...lengths)).toBeGreaterThan(0.39);
  expect(Math.max(...point.map((x) => Math.abs(x - 1)))).toBeLessThan(1e-7);
});

test("a Hessian that is far too soft costs steps back, not the minimum", () => {
  const { point } = minimise(quadratic, {
    start: new Float64Array(n),
    hessian: identity(n, 0.01),
    radius: 5,
    largestRadius: 5,
  });
  expect(Math.max(...point.map((x) => Math.abs(x - 1)))).toBeLessThan(1e-7);
});
