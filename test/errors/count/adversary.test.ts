import "../adversary/coarse-rounding.ts";
import { expect, test } from "vitest";
import { nonlocalColumns } from "../../../src/errors/apply/nonlocal-error.ts";
import { countsAtMost, type SchurMatrix, schurMatrix } from "../../../src/errors/count/feshbach-schur.ts";
import { choleskyMargin } from "../../../src/errors/count/positive-definite.ts";
import { squareColumns, squaredCoupling } from "../../../src/errors/count/squared-coupling.ts";
import {
  type EnclosedProblem,
  type WaveSet,
  waveSet,
} from "../../../src/errors/problem/enclosed-hamiltonian.ts";
import { countBelow } from "../../../src/errors/problem/reciprocal.ts";
import { hermitianEigenpairs } from "../../../src/errors/propose/dense-eigenpairs.ts";
import { UNIT_ROUNDOFF as u } from "../../../src/interval/rounding.ts";
import { exact } from "../../../src/interval/sides.ts";
import { wasmKernelsSync } from "../../../src/kernels/wasm/wasm.ts";
import { adversary, lawOf, norm1 } from "../adversary/lying-kernels.ts";
import {
  distance,
  frozen,
  K,
  mustBound,
  norm,
  projectors,
  spotless,
  strip,
  withErrors,
  withWrongPotential,
} from "../adversary/problems.ts";

const kernels = wasmKernelsSync();
const projector = projectors(1);
const twelve = projectors(12);
const set = spotless(waveSet(projector, K, 14));
const n = set.waves.count;

/** Least eigenvalue of (truth − stated + error): F(μ) ⪰ values − error means that it is not negative. */
const slack = (stated: SchurMatrix, truth: SchurMatrix): number => {
  const difference = truth.values.map((v, i) => v - stated.values[i]!);
  return hermitianEigenpairs(kernels, stated.nX, difference).values[0]! + stated.error;
};
function mustHoldSchur(stated: SchurMatrix, truth: SchurMatrix, most = 10): void {
  const room = slack(stated, truth);
  expect(room).toBeGreaterThanOrEqual(-1e-6 * stated.error);
  expect(stated.error / (stated.error - room)).toBeLessThan(most);
}
const nX = countBelow(set.waves, 4);
const flat = (d: number, far = 1e9) => ({ rows: new Float64Array(n - nX).fill(d), far: exact(far) });

// Seen red: each summand of the matrix' error left out.
test("F(μ) from data that are off as far as declared is within its error", () => {
  // T too high
  const high: WaveSet = {
    ...set,
    waves: { ...set.waves, kineticError: new Float64Array(n).fill(0.05) },
  };
  const low: WaveSet = {
    ...set,
    waves: { ...set.waves, kinetic: set.waves.kinetic.map((t, i) => (i < nX ? t - 0.05 : t)) },
  };
  const matrix = (s: WaveSet, d = 1e6, k = kernels, problem = projector) =>
    schurMatrix(k, problem, s, nX, 0, flat(d));
  mustHoldSchur(matrix(high), matrix(low), 3);
  // projectors truly smaller, nothing eliminated: both factors' errors of PVP
  const all = (s: WaveSet) =>
    schurMatrix(kernels, projector, s, n, 0, { rows: new Float64Array(0), far: exact(1e9) });
  const [more] = withErrors(set, 0.1);
  mustHoldSchur(all(more), all(withErrors(set, -0.1)[1]), 2);
  // projectors truly larger outside X alone, with D − μ small: the errors of what is eliminated
  const [stated, truth] = withErrors(set, 0.1, nX);
  mustHoldSchur(matrix(stated, 1e-4), matrix(truth, 1e-4), 6);
  // nothing stored outside X at all: the square of the error
  const none: WaveSet = {
    ...set,
    panel: { ...set.panel, values: set.panel.values.map((v, i) => (i >= 2 * nX ? 0 : v)) },
  };
  const missing = norm(set.panel.values.subarray(2 * nX));
  const blind: WaveSet = { ...none, panel: { ...none.panel, errors: [exact(missing)] } };
  mustHoldSchur(matrix(blind, 1e-6), matrix(set, 1e-6), 20);
  // W off
  const [wrong, moved] = withWrongPotential(frozen, 0.05);
  mustHoldSchur(matrix(strip(set), 1e6, kernels, wrong), matrix(strip(set), 1e6, kernels, moved), 3);
});

// Seen red: the rounding of the coupling, of the eliminated product left out.
test("F(μ) from products as wrong as sums may be is within its error", () => {
  const matrix = (k: typeof kernels, d: number) => schurMatrix(k, projector, set, nX, 0, flat(d));
  mustHoldSchur(matrix(adversary(kernels, { overlap: true }), 1e-4), matrix(kernels, 1e-4), 12);
  const many = spotless(waveSet(twelve, K, 14));
  const [wrong, right] = [adversary(kernels, { gemm: "N" }), kernels].map((k) =>
    schurMatrix(k, twelve, many, nX, 0, flat(1e6)),
  );
  mustHoldSchur(wrong!, right!, 12);
});

// Seen red: the errors of Ph left out of τ.
test("Lemma 4: projectors truly larger than stored feel more of what lies outside", () => {
  const outside = (full: WaveSet): WaveSet => ({ ...full, tails: () => [[exact(1e8)]] });
  const [stated, truth] = withErrors(set, 0.1).map((full) =>
    schurMatrix(kernels, projector, outside(full), n, 0, { rows: new Float64Array(0), far: exact(1) }),
  );
  mustHoldSchur(stated!, truth!, Infinity);
  expect(norm(truth!.values)).toBeGreaterThan(1e3 * stated!.error);
});

/** ‖KᴴK computed by some kernels − KᴴK‖ and what is stated of it. */
function squareErrors(k: typeof kernels, problem: EnclosedProblem, waves: WaveSet, size: number) {
  const columns = nonlocalColumns(problem.channels, waves.panel, size);
  const of = (kind: typeof kernels) =>
    kind.scratch((take) => {
      const found = squaredCoupling(kind, problem, waves, size, columns, take)!;
      return { ...found, values: Float64Array.from(found.values) };
    });
  const [wrong, right] = [of(k), of(kernels)];
  const off = wrong.values.map((v, i) => v - right.values[i]!);
  const levels = hermitianEigenpairs(kernels, size, off).values;
  return { error: wrong.error, worst: Math.max(-levels[0]!, levels.at(-1)!) };
}

// Seen red: the error of v̂, the transform back, the errors of W p, of overlaps, of Z's sum, of KᴴK's product left out.
test("Lemma 14: KᴴK from transforms and products as wrong as they may be is within its error", () => {
  // the square of a constant, on one wave; a coefficient of nothing makes the grid larger
  const constant: EnclosedProblem = {
    ...frozen,
    table: { ...frozen.table, count: 2, places: Int32Array.of(0, 0, 0, 2, 1, 1), values: Float64Array.of(2, 0, 0, 0), sizes: Float64Array.of(2, 1e-3)}, // biome-ignore format: a table
  };
  const lying = adversary(kernels, { transforms: true });
  const backToo: typeof kernels = {
    ...lying,
    fft: (size) => {
      const fft = lying.fft(size);
      return {
        ...fft,
        forward(out, x) {
          const by = lawOf(fft).uniform * norm1(x);
          fft.forward(out, x);
          for (let at = 0; at < out.length; at += 2) out[at]! += by;
        },
      };
    },
  };
  const bare = squareErrors(backToo, constant, strip(set), 1);
  mustBound(bare.error, bare.worst, 1.2);
  const many = spotless(waveSet(twelve, K, 14));
  for (const lies of [{ overlap: true }, { gemm: "N" }] as const) {
    const { error, worst } = squareErrors(adversary(kernels, lies), twelve, many, nX);
    mustBound(error, worst, 25);
  }
  // Z alone, of overlaps and of W p
  const columnErrors = (k: typeof kernels, problem: EnclosedProblem, waves: WaveSet) => {
    const columns = nonlocalColumns(problem.channels, waves.panel, nX);
    const [wrong, right] = [k, kernels].map((kind) =>
      kind.scratch((take) => squareColumns(kind, problem, waves, nX, columns, take)!),
    );
    return { error: wrong!.errors[0]!, worst: distance(wrong!.values, right!.values) / Math.sqrt(waves.panel.columns) }; // biome-ignore format: a pair
  };
  const one = columnErrors(adversary(kernels, { overlap: true }), projector, set);
  mustBound(one.error, one.worst, 3);
  const both: EnclosedProblem = { ...projector, table: { ...constant.table, values: Float64Array.of(2e5, 0, 0, 0), sizes: Float64Array.of(2e5, 1e-3) } }; // biome-ignore format: a problem
  const sphere = columnErrors({ ...kernels, sphereFft: lying.sphereFft }, both, set);
  mustBound(sphere.error, sphere.worst, 10);
});

// Seen red: the errors of C in what shares a weight, those of KᴴK left out.
test("F(μ) with a shared weight from data and products that are off as far as declared is within its error", () => {
  const matrix = (s: WaveSet, d: number, k = kernels, problem = projector) =>
    schurMatrix(k, problem, s, nX, 0, flat(d), nX);
  const [stated, truth] = withErrors(set, 0.1, nX);
  const each = schurMatrix(kernels, projector, truth!, nX, 0, flat(1e-4));
  mustHoldSchur(matrix(stated, 1e-4), each, 25);
  const many = spotless(waveSet(twelve, K, 14));
  const right = schurMatrix(kernels, twelve, many, nX, 0, flat(1e-4));
  const low = adversary(kernels, { overlap: true });
  mustHoldSchur(matrix(many, 1e-4, low, twelve), right, Infinity);
});

/** Diagonal F with the given entries. */
const diagonal = (entries: readonly number[], error = 0) => {
  const values = new Float64Array(2 * entries.length ** 2);
  entries.forEach((x, i) => {
    values[2 * (i + entries.length * i)] = x;
  });
  return { nX: entries.length, mu: 0, values, error: exact(error) };
};
const unit = (size: number, m: number): Float64Array => {
  const vectors = new Float64Array(2 * size * m);
  for (let j = 0; j < m; j++) vectors[2 * (size * j + j)] = 1;
  return vectors;
};

// Seen red: the error of F, Cholesky's margin, the rounding of the lift left out; σ doubled; ρ not taken off.
test("false counts are refused: ρ just above band m + 1, with the best vectors and σ, whatever the kernels do", () => {
  const levels = [-3, -2, 0.5, 2, 3, 4];
  const size = levels.length;
  const vectors = unit(size, 2);
  const sigma = 4; // the lifted bands are above all that count
  const trace = levels.reduce((sum, x) => sum + Math.abs(x), 0) + 2 * sigma;
  const liar = adversary(kernels, { cholesky: true, gemm: "all" });
  const at = (rho: number, error = 0) => ({ ...diagonal(levels, error), mu: rho });
  const room = 2 * choleskyMargin(size, exact(trace + size));
  expect(room).toBeLessThan(0.01);
  for (const k of [kernels, liar]) {
    expect(countsAtMost(k, at(0.5 - 2 * room), vectors, 2, sigma)).toBe(true);
    for (const above of [0, 1e-9, 1e-4, 0.1])
      expect(countsAtMost(k, at(0.5 + above), vectors, 2, sigma)).toBe(false);
    // F itself is only known to an error
    expect(countsAtMost(k, at(0.5 - 2 * room, 0.05), vectors, 2, sigma)).toBe(false);
    expect(countsAtMost(k, at(0.45 - 2 * room, 0.05), vectors, 2, sigma)).toBe(true);
    // fewer vectors than bands below
    expect(countsAtMost(k, at(0.3), unit(size, 1), 1, sigma)).toBe(false);
  }
});

// Seen red: the rounding of the lift left out.
test("a lift that the kernels make too high does not hide a band", () => {
  const [size, m, sigma] = [13, 12, 1e3];
  // an orthonormal basis of all that is orthogonal to (1, …, 1): F = a 1 − σ UUᴴ is lifted to a 1, below μ = 0 in every direction
  const vectors = new Float64Array(2 * size * m);
  for (let j = 0; j < m; j++)
    for (let i = 0; i <= j + 1; i++)
      vectors[2 * (size * j + i)] = (i <= j ? 1 : -(j + 1)) / Math.sqrt((j + 1) * (j + 2));
  const liar = adversary(kernels, { gemm: "N", raised: true, cholesky: true });
  for (const part of [0.02, 0.1, 0.9]) {
    const a = -part * (2 * m * u) * 2 * sigma; // of what the product and the sum are off on the diagonal
    const values = new Float64Array(2 * size * size);
    for (let x = 0; x < size; x++)
      for (let y = 0; y < size; y++) values[2 * (y + size * x)] = sigma / size + (x === y ? a - sigma : 0);
    const schur = { nX: size, mu: 0, values, error: exact(0) };
    expect(countsAtMost(liar, schur, vectors, m, sigma)).toBe(false);
  }
});

// Seen red: the lift left out of the sizes.
test("a lift far above F that the kernels make too high does not hide a band", () => {
  const vectors = Float64Array.of(1, 0, 1, 0); // F = a 1 has two eigenvalues below 0, the lift leaves that of (1, −1)
  const liar = adversary(kernels, { gemm: "N", raised: true, cholesky: true });
  for (const part of [0.1, 0.5, 0.9]) {
    const a = -part * Math.SQRT2 * 6 * u; // of what the product of one column is off
    expect(countsAtMost(liar, diagonal([a, a]), vectors, 1, 1)).toBe(false);
  }
});

// Seen red: μ left out of the trace.
test("Cholesky's margin is that of the matrix less a negative μ, though F is zero but for one band", () => {
  const [size, mu] = [10, -1];
  const liar = adversary(kernels, { cholesky: true });
  const margin = choleskyMargin(size, exact(size));
  for (const part of [0.3, 0.8]) {
    const schur = { ...diagonal([mu - part * margin, ...new Array(size - 1).fill(0)]), mu };
    expect(countsAtMost(liar, schur, new Float64Array(0), 0, 0)).toBe(false);
  }
});
