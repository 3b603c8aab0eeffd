import { expect, test } from "vitest";
import { random } from "../../src/common/random.ts";
import { wasmKernelsSync } from "../../src/kernels/wasm/wasm.ts";
import { type HermitianOperator, lobpcg } from "../../src/solvers/lobpcg.ts";
import { lobpcgWorkspace } from "../../src/solvers/lobpcg-workspace.ts";
import { closeArrays } from "../close.ts";

const kernels = wasmKernelsSync();

/** The values in the memory of the kernels. */
function held(values: ArrayLike<number>): Float64Array {
  const out = kernels.alloc(values.length);
  out.set(values);
  return out;
}

/** Dense Hermitian matrix Q diag(spectrum) Qᴴ with a random unitary Q, and its operator with a diagonal preconditioner. */
function dense(spectrum: readonly number[], seed: number, real: boolean) {
  const n = spectrum.length;
  const stream = random(seed);
  const g = kernels.alloc(2 * n * n);
  for (let j = 0; j < n; j++)
    for (let i = j; i < n; i++) {
      g[2 * (i + j * n)] = stream.normal();
      g[2 * (i + j * n) + 1] = real || i === j ? 0 : stream.normal();
    }
  const q = kernels.alloc(2 * n * n);
  kernels.eigh(n, g, n, kernels.alloc(n), q, n);
  const scaled = kernels.alloc(2 * n * n);
  scaled.set(q);
  kernels.scaleColumns(n, n, held(spectrum), scaled);
  const h = kernels.alloc(2 * n * n);
  kernels.gemm("N", "C", n, n, n, 1, scaled, n, q, n, 0, h, n);
  const operator: HermitianOperator = {
    n,
    applyInto: (out, x, m, mayRound) =>
      (mayRound ? kernels.single! : kernels).gemm("N", "N", n, m, n, 1, h, n, x, n, 0, out, n),
    preconditionInto() {},
  };
  return { n, operator, vectors: q };
}

function start(n: number, m: number, seed: number): Float64Array {
  const stream = random(seed);
  return held(Float64Array.from({ length: 2 * n * m }, () => stream.normal()));
}

const solve = (
  operator: HermitianOperator,
  x: Float64Array,
  m: number,
  tolerance = 1e-9,
  maxIterations = 400,
  directions = m,
) =>
  lobpcg(kernels, operator, x, m, lobpcgWorkspace(kernels, operator.n, m, directions), {
    tolerance,
    nConverge: m - 2,
    maxIterations,
  });

const spectra: [string, number[]][] = [
  ["spread", Array.from({ length: 60 }, (_, i) => i * 0.37 - 3)],
  ["threefold degenerate", Array.from({ length: 60 }, (_, i) => Math.floor(i / 3) - 2)],
  ["clustered", Array.from({ length: 60 }, (_, i) => (i < 9 ? 1 + 1e-7 * i : 2 + i))],
  ["negative and positive", Array.from({ length: 60 }, (_, i) => Math.sinh((i - 20) / 12))],
  ["kinetic, wide", Array.from({ length: 60 }, (_, i) => 0.05 * i * i)],
];

for (const [name, spectrum] of spectra)
  test(`products rounded to float32 cost no digit of the result and hardly an iteration: ${name} spectrum`, () => {
    const { n, operator } = dense(spectrum, 3, false);
    const [m, nConverge] = [11, 9];
    let rounded = 0;
    const single: typeof kernels.single = {
      ...kernels.single!,
      gemm(...given) {
        rounded++;
        kernels.single!.gemm(...given);
      },
    };
    for (const tolerance of [1e-3, 1e-6, 1e-10]) {
      const run = (mayRound: boolean, seed: number) => {
        const x = start(n, m, seed);
        const work = lobpcgWorkspace(kernels, n, m);
        const limits = { tolerance, nConverge, maxIterations: 400, mayRound };
        return { x, ...lobpcg({ ...kernels, single }, operator, x, m, work, limits) };
      };
      for (const seed of [11, 12]) {
        rounded = 0;
        const [plain, x] = [run(false, seed), run(true, seed)];
        if (tolerance > 1e-9 && Math.max(...spectrum) < 20) expect(rounded).toBeGreaterThan(0);
        expect(x.converged).toBe(true);
        // Near the rounding of float64, iterations without a preconditioner wander.
        const most = plain.iterations > 100 ? 1.5 : 1.05;
        expect(x.iterations).toBeLessThanOrEqual(1 + most * plain.iterations);
        const sorted = [...spectrum].sort((a, b) => a - b);
        closeArrays(x.values.subarray(0, nConverge), sorted.slice(0, nConverge), 1.5 * tolerance, "values");
        const overlap = kernels.alloc(2 * m * m);
        kernels.hermitianOverlap(m, n, x.x, n, x.x, n, overlap, m);
        for (let j = 0; j < m; j++) overlap[2 * (j + j * m)]! -= 1;
        closeArrays(overlap, new Float64Array(2 * m * m), 1e-12, "XᴴX − 1");
        const hx = kernels.alloc(2 * n * m);
        operator.applyInto(hx, x.x, m);
        kernels.addScaledColumns(hx, n, m, hx, held(x.values.map((v) => -v)), x.x);
        const norms = kernels.alloc(m);
        kernels.columnNorms2(norms, n, m, hx);
        const wanted = (all: Float64Array) => all.subarray(0, nConverge);
        closeArrays(
          wanted(norms.map(Math.sqrt)),
          wanted(x.residualNorms),
          0.5 * tolerance,
          "reported residual norms",
        );
      }
    }
  });

test.each([
  { missing: 1, trace: 2e-5, noise: 0, tolerance: 1e-6 },
  { missing: 1, trace: 1e-7, noise: 1e-7, tolerance: 1e-6 },
  { missing: 1, trace: 1e-7, noise: 1e-7, tolerance: 1e-8 },
  { missing: 1, trace: 1e-8, noise: 1e-7, tolerance: 1e-8 },
  { missing: 2, trace: 1e-8, noise: 1e-6, tolerance: 1e-7 },
  { missing: 2, trace: 1e-8, noise: 1e-6, tolerance: 1e-8 },
])(
  "vectors that change by more than their residuals said cost a new beginning, and converge: $missing missing, traces $trace, noise $noise, to $tolerance",
  ({ missing, trace, noise, tolerance }) => {
    const { n, operator, vectors } = dense(spectra[0]![1], 3, false);
    const [m, nConverge] = [10, 9];
    let applied = 0;
    const counted: HermitianOperator = {
      ...operator,
      applyInto(out, panel, count, mayRound) {
        if (!mayRound) applied += count;
        operator.applyInto(out, panel, count, mayRound);
      },
    };
    const run = (mayRound: boolean) => {
      // All but the lowest eigenvectors, of which there are traces in place of the rest.
      const x = held(vectors.subarray(2 * n * missing, 2 * n * (m + missing)));
      const stream = random(10);
      for (let i = 0; i < x.length; i++) x[i]! += noise * stream.normal();
      for (let i = 0; i < 2 * n * missing; i++) x[i]! += trace * vectors[i]!;
      const limits = { tolerance, nConverge, maxIterations: 60, mayRound };
      applied = 0;
      return { x, ...lobpcg(kernels, counted, x, m, lobpcgWorkspace(kernels, n, m), limits) };
    };
    const plain = run(false);
    const { x, ...result } = run(true);
    expect(result.converged).toBe(true);
    // Those of the start, and once more those of all.
    expect(applied).toBeGreaterThanOrEqual(2 * m);
    expect(result.iterations).toBeLessThanOrEqual(plain.iterations + 2);
    expect(result.applications).toBeLessThanOrEqual(1.2 * plain.applications + m);
    const hx = kernels.alloc(2 * n * m);
    operator.applyInto(hx, x, m);
    kernels.addScaledColumns(hx, n, m, hx, held(result.values.map((value) => -value)), x);
    const norms = kernels.alloc(m);
    kernels.columnNorms2(norms, n, m, hx);
    for (let j = 0; j < nConverge; j++) {
      expect(Math.abs(result.values[j]! - spectra[0]![1][j]!)).toBeLessThan(1e-11);
      expect(Math.sqrt(norms[j]!)).toBeLessThan(1.2 * tolerance);
    }
  },
);

for (const [name, spectrum] of spectra)
  for (const real of [false, true])
    test(`no eigenvalue is missed or repeated: ${name} spectrum, ${real ? "real" : "complex"}`, () => {
      for (let seed = 1; seed <= 2; seed++) {
        const { n, operator } = dense(spectrum, seed, real);
        const m = 11;
        const x = start(n, m, seed + 100);
        const result = solve(operator, x, m);
        expect(result.converged).toBe(true);
        const sorted = [...spectrum].sort((a, b) => a - b);
        // An eigenvalue differs from its Ritz value by at most the residual norm.
        closeArrays(result.values.subarray(0, m - 2), sorted.slice(0, m - 2), 1e-9, `seed ${seed}`);
        const overlap = kernels.alloc(2 * m * m);
        kernels.hermitianOverlap(m, n, x, n, x, n, overlap, m);
        for (let j = 0; j < m; j++) overlap[2 * (j + j * m)]! -= 1;
        closeArrays(overlap, new Float64Array(2 * m * m), 1e-12, "XᴴX − 1");
        const hx = kernels.alloc(2 * n * m);
        operator.applyInto(hx, x, m);
        kernels.addScaledColumns(hx, n, m, hx, held(result.values.map((v) => -v)), x);
        const norms = kernels.alloc(m);
        kernels.columnNorms2(norms, n, m, hx);
        closeArrays(norms.map(Math.sqrt), result.residualNorms, 1e-12, "reported residual norms");
      }
    });

test.each([1, 2, 5])(
  "%i directions at once find the same eigenvalues as one for each vector",
  (directions) => {
    for (const [name, spectrum] of spectra) {
      const { n, operator } = dense(spectrum, 3, false);
      const m = 11;
      const result = solve(operator, start(n, m, 103), m, 1e-9, 4000, directions);
      expect(result.converged).toBe(true);
      const sorted = [...spectrum].sort((a, b) => a - b);
      closeArrays(result.values.subarray(0, m - 2), sorted.slice(0, m - 2), 1e-9, name);
      expect(result.applications).toBeLessThanOrEqual(m + directions * result.iterations);
    }
  },
);

test("linearly dependent and zero start vectors are repaired", () => {
  const { n, operator } = dense(spectra[0]![1], 4, false);
  const m = 8;
  const x = start(n, m, 5);
  x.copyWithin(2 * n, 0, 2 * n); // column 1 = column 0
  x.fill(0, 4 * n, 6 * n); // column 2 = 0
  const result = solve(operator, x, m);
  closeArrays(result.values.subarray(0, m - 2), spectra[0]![1].slice(0, m - 2), 1e-9);
});

test("a block as large as the space gives all eigenvalues at once", () => {
  const spectrum = [3, -1, 2, 2, 5];
  const { n, operator } = dense(spectrum, 6, false);
  const result = solve(operator, start(n, n, 7), n);
  closeArrays(result.values, [-1, 2, 2, 3, 5], 1e-12);
});

test("a block of nearly the whole space converges too", () => {
  const spectrum = Array.from({ length: 12 }, (_, i) => i * i);
  const { n, operator } = dense(spectrum, 8, false);
  const result = solve(operator, start(n, 9, 9), 9);
  expect(result.converged).toBe(true);
  closeArrays(result.values.subarray(0, 7), spectrum.slice(0, 7), 1e-9);
});

test("exact eigenvectors as start cost one application each", () => {
  const { n, operator } = dense(spectra[0]![1], 10, false);
  const m = 6;
  const x = start(n, m, 11);
  solve(operator, x, m, 1e-11);
  const again = lobpcg(kernels, operator, x, m, lobpcgWorkspace(kernels, n, m), {
    tolerance: 1e-8,
    nConverge: m - 2,
    maxIterations: 10,
  });
  expect(again.applications).toBe(m);
  expect(again.iterations).toBe(0);
});

test("tolerances down to rounding are reached", () => {
  const { n, operator } = dense(spectra[3]![1], 12, false);
  const result = solve(operator, start(n, 11, 13), 11, 2e-12);
  expect(result.converged).toBe(true);
});

test("no product has a leading dimension of 0, which BLAS refuses", () => {
  const { n, operator } = dense(spectra[0]![1], 3, false);
  const least: number[] = [];
  const strict: typeof kernels = {
    ...kernels,
    gemm(...given) {
      const [, , , , , , , lda, , ldb, , , ldc] = given;
      least.push(Math.min(lda, ldb, ldc));
      kernels.gemm(...given);
    },
  };
  const limits = { tolerance: 1e-6, nConverge: 5, maxIterations: 100 };
  lobpcg(strict, operator, start(n, 7, 1), 7, lobpcgWorkspace(strict, n, 7), limits);
  expect(least.length).toBeGreaterThan(0);
  expect(Math.min(...least)).toBeGreaterThan(0);
});
