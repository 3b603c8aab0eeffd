import { expect, test } from "vitest";
import { random } from "../../src/common/random.ts";
import { wasmKernelsSync } from "../../src/kernels/wasm/wasm.ts";
import type { HermitianOperator } from "../../src/solvers/lobpcg.ts";
import { solveShifted } from "../../src/solvers/shifted-systems.ts";
import { closeArrays, notTiny } from "../close.ts";

const kernels = wasmKernelsSync();
const N = 30;
const STATES = 4;

/** U diag(d) Uᴴ for the unitary U of a random Hermitian matrix, with U as well. */
function operatorOf(d: readonly number[]): { operator: HermitianOperator; u: Float64Array } {
  const { normal } = random(5);
  const a = kernels.alloc(2 * N * N);
  for (let j = 0; j < N; j++)
    for (let i = j; i < N; i++) {
      a[2 * (i + N * j)] = normal();
      a[2 * (i + N * j) + 1] = i === j ? 0 : normal();
    }
  const u = kernels.alloc(2 * N * N);
  kernels.eigh(N, a, N, kernels.alloc(N), u, N);
  const diagonal = kernels.alloc(N);
  diagonal.set(d);
  const operator: HermitianOperator = {
    n: N,
    applyInto(out, x, nVectors) {
      kernels.scratch((take) => {
        const t = take(2 * N * nVectors);
        kernels.gemm("C", "N", N, nVectors, N, 1, u, N, x, N, 0, t, N);
        kernels.multiplyRows(t, N, nVectors, diagonal, t);
        kernels.gemm("N", "N", N, nVectors, N, 1, u, N, t, N, 0, out, N);
      });
    },
    preconditionInto() {},
  };
  return { operator, u };
}

const D = Array.from({ length: N }, (_, i) => (i < STATES ? -2 + i / 2 : 1 + i / 10));
/** Two below a state, one between states, one just below the others. */
const SHIFTS = [-2, -1.5, -1.2, 1.2];

function setUp(targets: readonly number[], maxIterations = 200) {
  const { operator, u } = operatorOf(D);
  const count = SHIFTS.length;
  const { normal } = random(8);
  // b_j with known coefficients in the eigenvectors above the states
  const coefficients = kernels.alloc(2 * N * count);
  for (let j = 0; j < count; j++)
    for (let i = STATES; i < N; i++) {
      coefficients[2 * (i + N * j)] = normal();
      coefficients[2 * (i + N * j) + 1] = normal();
    }
  const residual = kernels.alloc(2 * N * count);
  kernels.gemm("N", "N", N, count, N, 1, u, N, coefficients, N, 0, residual, N);
  const out = kernels.alloc(2 * N * count);
  out.fill(7); // nothing of what was there may stay
  const shifts = kernels.alloc(count);
  shifts.set(SHIFTS);
  const solution = solveShifted(kernels, {
    operator,
    states: u,
    nStates: STATES,
    scales: u,
    shifts,
    nVectors: count,
    residual,
    out,
    targets: Float64Array.from(targets),
    maxIterations,
  });
  const expected = new Float64Array(2 * N * count);
  for (let j = 0; j < count; j++)
    for (let i = 0; i < 2 * N; i++) {
      const k = i >> 1;
      if (k >= STATES) expected[i + 2 * N * j] = coefficients[i + 2 * N * j]! / (D[k]! - SHIFTS[j]!);
    }
  const found = kernels.alloc(2 * N * count);
  kernels.gemm("C", "N", N, count, N, 1, u, N, out, N, 0, found, N);
  return { solution, found, expected, residual };
}

test("the solutions are b/(d − s) in the eigenvectors, and hold nothing of the states", () => {
  const { solution, found, expected } = setUp([1e-12, 1e-12, 1e-12, 1e-12]);
  expect(solution.converged).toBe(true);
  notTiny(expected, 0.1);
  // residual 1e-12 over the smallest d − s = 0.2
  closeArrays(found, expected, 1e-11);
});

test("columns stop at their own targets, and those that are done cost no more products", () => {
  const targets = [1e-9, 1e-2, 1e-9, 1e-3]; // one in the middle of the panel, one at its end
  const { solution, residual } = setUp(targets);
  expect(solution.converged).toBe(true);
  const norms = targets.map((_, j) => Math.hypot(...residual.subarray(2 * N * j, 2 * N * (j + 1))));
  norms.forEach((norm, j) => {
    expect(norm).toBeLessThanOrEqual(targets[j]!);
    expect(norm).toBeGreaterThan(1e-4 * targets[j]!);
  });
  expect(solution.applications).toBeLessThan(4 * solution.iterations);
});

test("Q keeps out vectors that are no eigenvectors as well", () => {
  const { operator, u } = operatorOf(D);
  // states 2 and 3 mixed a little with eigenvectors 5 and 6: orthonormal, but H leads out of their span
  const states = kernels.alloc(2 * N * STATES);
  states.set(u.subarray(0, 2 * N * STATES));
  const [c, s] = [Math.cos(0.1), Math.sin(0.1)];
  for (const [state, other] of [[2, 5], [3, 6]] as const) // biome-ignore format: pairs
    for (let i = 0; i < 2 * N; i++)
      states[i + 2 * N * state] = c * u[i + 2 * N * state]! + s * u[i + 2 * N * other]!;
  const project = (x: Float64Array) => {
    const overlaps = kernels.alloc(2 * STATES);
    kernels.gemm("C", "N", STATES, 1, N, 1, states, N, x, N, 0, overlaps, STATES);
    kernels.gemm("N", "N", N, 1, STATES, -1, states, N, overlaps, STATES, 1, x, N);
    return overlaps;
  };
  const { normal } = random(12);
  const residual = kernels.alloc(2 * N);
  for (let i = 0; i < 2 * N; i++) residual[i] = normal();
  project(residual);
  const right = residual.slice();
  const out = kernels.alloc(2 * N);
  const shifts = kernels.alloc(1);
  shifts[0] = -1.8;
  const { converged } = solveShifted(kernels, {
    operator,
    states,
    nStates: STATES,
    scales: states,
    shifts,
    nVectors: 1,
    residual,
    out,
    targets: Float64Array.of(1e-12),
    maxIterations: 200,
  });
  expect(converged).toBe(true);
  const image = kernels.alloc(2 * N);
  operator.applyInto(image, out, 1);
  for (let i = 0; i < 2 * N; i++) image[i]! += 1.8 * out[i]!;
  expect(Math.hypot(...project(image))).toBeGreaterThan(1e-3);
  notTiny(right, 0.1);
  closeArrays(image, right, 1e-11);
  closeArrays(project(out), new Float64Array(2 * STATES), 1e-12);
});

test("one that cannot finish says so; right sides of zero need nothing", () => {
  expect(setUp([1e-12, 1e-12, 1e-12, 1e-12], 3).solution).toMatchObject({ iterations: 3, converged: false });
  const enough = setUp([1e3, 1e3, 1e3, 1e3]);
  expect(enough.solution).toEqual({ iterations: 0, applications: 0, converged: true });
  expect(Math.max(...enough.found.map(Math.abs))).toBe(0);
});

// Seen red: "leading dimension 0" of the back end native, in estimates of the basis of large cells.
test("without states no product of a matrix without rows is asked for", () => {
  const { operator, u } = operatorOf(D);
  const strict: typeof kernels = {
    ...kernels,
    gemm(...args) {
      for (const at of [7, 9, 12] as const) expect(args[at]).toBeGreaterThan(0);
      kernels.gemm(...args);
    },
  };
  const [residual, out, shifts] = [kernels.alloc(2 * N), kernels.alloc(2 * N), kernels.alloc(1)];
  residual.fill(1);
  shifts[0] = -3;
  const { converged } = solveShifted(strict, {
    operator,
    states: u.subarray(0, 0),
    nStates: 0,
    scales: u,
    shifts,
    nVectors: 1,
    residual,
    out,
    targets: Float64Array.of(1e-10),
    maxIterations: 200,
  });
  expect(converged).toBe(true);
  const image = kernels.alloc(2 * N);
  operator.applyInto(image, out, 1);
  closeArrays(
    image.map((x, i) => x + 3 * out[i]!),
    new Float64Array(2 * N).fill(1),
    1e-9,
  );
});
