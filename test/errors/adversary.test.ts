import { expect, test, vi } from "vitest";
import type { Mat3, Vec3 } from "../../src/common/vec3.ts";

/** u of the error formulas, so large that the rounding of this machine is nothing beside it: every summand can be seen. */
vi.mock("../../src/interval/rounding.ts", async (original) => {
  const real = await original<typeof import("../../src/interval/rounding.ts")>();
  const u = 2 ** -26;
  const push = (x: number) => Math.abs(x) * u + 5e-324;
  return {
    ...real,
    UNIT_ROUNDOFF: u,
    above: (x: number) => (x === -Infinity ? -Number.MAX_VALUE : x + push(x)),
    below: (x: number) => (x === Infinity ? Number.MAX_VALUE : x - push(x)),
  };
});

const { adversary } = await import("./adversary.ts");
const { applyEnclosed } = await import("../../src/errors/apply/apply-enclosed.ts");
const { trialPanel } = await import("../../src/errors/apply/trial-panel.ts");
const { countsAtMost, schurMatrix } = await import("../../src/errors/count/feshbach-schur.ts");
const { choleskyMargin } = await import("../../src/errors/count/positive-definite.ts");
const { encloseProblem, waveSet } = await import("../../src/errors/problem/enclosed-hamiltonian.ts");
const { countBelow } = await import("../../src/errors/problem/reciprocal.ts");
const { hermitianEigenpairs } = await import("../../src/errors/propose/dense-eigenpairs.ts");
const { trialForms } = await import("../../src/errors/ritz/trial-forms.ts");
const { UNIT_ROUNDOFF: u } = await import("../../src/interval/rounding.ts");
const { exact } = await import("../../src/interval/sides.ts");
const { wasmKernelsSync } = await import("../../src/kernels/wasm/wasm.ts");
const { triclinic } = await import("./crystals.ts");

const kernels = wasmKernelsSync();
type Set = ReturnType<typeof waveSet>;
type Problem = ReturnType<typeof encloseProblem>;
const K: Vec3 = [0.1, 0.2, -0.3];
const CELL: Mat3 = [[4.1, 0, 0], [0.4, 4.3, 0], [-0.3, 0.2, 4.6]]; // biome-ignore format: a matrix
const SILICON = triclinic.atoms[0]!.potential;
/** Nothing but one s projector, as often as said: many columns of one direction are the worst of all sums. */
const projectors = (count: number) =>
  encloseProblem({
    kind: "core",
    lattice: CELL,
    atoms: Array.from({ length: count }, () => ({
      potential: { ...SILICON, charge: 0, rloc: 0.5, c: [], channels: [{ r: 0.5, h: [[2]] }] },
      position: [0, 0, 0] as Vec3,
    })),
  });
const projector = projectors(1);
const twelve = projectors(12);
const pair = (g: Vec3, re: number) => [
  { g, re, im: 0 },
  { g: g.map((n) => 0 - n) as unknown as Vec3, re, im: 0 },
];
const frozen = encloseProblem({
  kind: "frozen",
  lattice: CELL,
  atoms: [],
  coefficients: [...pair([1, 0, 0], 0.4), ...pair([0, 1, 0], 0.3), ...pair([0, 0, 1], 0.2)],
});

/** A set without errors of its own, so that those that a test declares are all there are. */
function spotless(set: Set): Set {
  const zeros = set.panel.errors.map(() => exact(0));
  return {
    ...set,
    waves: { ...set.waves, kineticError: new Float64Array(set.waves.count) },
    panel: { ...set.panel, errors: zeros },
  };
}
const norm = (x: Float64Array): number => Math.sqrt(x.reduce((sum, v) => sum + v * v, 0));
const distance = (x: Float64Array, y: Float64Array): number => norm(x.map((v, i) => v - y[i]!));
/** `truth` is as far from `values` as declared; the bound holds that, and is not ten times as large. */
function mustBound(bound: number, truth: number, most = 10): void {
  expect(truth).toBeGreaterThan(0);
  expect(bound).toBeGreaterThanOrEqual(truth * (1 - 1e-6));
  expect(bound / truth).toBeLessThan(most);
}
const ones = (length: number): Float64Array =>
  Float64Array.from({ length: 2 * length }, (_, i) => (i % 2 === 0 ? 1 : 0));
const set = spotless(waveSet(projector, K, 18));
const n = set.waves.count;
/** The first column of P itself: Cauchy and Schwarz hold with equality. */
const alongP = trialPanel(n, 1, Float64Array.from(set.panel.values.subarray(0, 2 * n)));

// Seen red: the errors of T left out.
test("kinetic energies as far off as their errors allow: H u is off by as much", () => {
  const declared = 1e-2;
  const wrong: Set = {
    ...set,
    waves: { ...set.waves, kineticError: Float64Array.from(set.waves.kinetic, (t) => declared * t) },
  };
  const { errors, values } = applyEnclosed(kernels, frozen, strip(wrong), trialPanel(n, 1, ones(n)), {
    withTails: false,
  });
  const off = Float64Array.from(values, (_, i) => (i % 2 === 0 ? declared * set.waves.kinetic[i >> 1]! : 0));
  mustBound(errors[0]!, norm(off), 2);
});

/** The same waves for a problem without projectors. */
function strip(full: Set): Set {
  return {
    ...full,
    panel: { rows: full.panel.rows, columns: 0, values: new Float64Array(0), norms: [], errors: [] },
  };
}

// Seen red: errorSum left out of any of the ways to the product.
test("coefficients of the potential as far off as their errors allow", () => {
  const declared = 0.05;
  const { table } = frozen;
  const wrong: Problem = {
    ...frozen,
    table: { ...table, errorSum: exact(declared * table.sizes.reduce((a, b) => a + b)) },
  };
  const moved: Problem = {
    ...frozen,
    table: { ...table, values: table.values.map((v) => v * (1 + declared)) },
  };
  const [stated, truth] = [wrong, moved].map((problem) =>
    applyEnclosed(kernels, problem, strip(set), trialPanel(n, 1, ones(n)), { withTails: false }),
  );
  mustBound(stated!.errors[0]!, distance(stated!.values, truth!.values), 3);
});

/** A set whose projectors are truly larger than stored, by what is declared: on some rows alone, if these are given. */
function withErrors(full: Set, declared: number, from = 0): readonly [stated: Set, truth: Set] {
  const { panel } = full;
  const values = panel.values.map((v, i) => (i >= 2 * from && i < 2 * panel.rows ? v * (1 + declared) : v));
  const off = Math.sqrt(panel.values.subarray(2 * from).reduce((sum, v) => sum + v * v, 0));
  return [
    { ...full, panel: { ...panel, errors: [exact(declared * off)] } },
    { ...full, panel: { ...panel, values, norms: [exact(norm(values))] } },
  ];
}

// Seen red: the nonlocal errors left out of H u; either factor's error left out of the product.
test("projectors as far off as their errors allow: V_nl u is off by the errors of both factors", () => {
  const [stated, truth] = withErrors(set, 0.01).map((s) =>
    applyEnclosed(kernels, projector, s, alongP, { withTails: false }),
  );
  mustBound(stated!.errors[0]!, distance(stated!.values, truth!.values), 1.2);
});

// Seen red: either rounding left out.
test("products with projectors as wrong as sums may be, one after the other", () => {
  const of = (problem: Problem, waves: Set, vector: typeof alongP, gemm: "C" | "N") => {
    const [right, wrong] = [kernels, adversary(kernels, { gemm })].map((k) =>
      applyEnclosed(k, problem, waves, vector, { withTails: false }),
    );
    mustBound(wrong!.errors[0]!, distance(right!.values, wrong!.values), 4);
  };
  of(projector, set, alongP, "C"); // a sum over many rows
  of(twelve, spotless(waveSet(twelve, K, 18)), trialPanel(1, 1, Float64Array.from([1, 0])), "N"); // over many columns
});

// Seen red: the rounding of the product left out.
test("a local potential as a matrix, with products as wrong as sums may be", () => {
  const silicon = encloseProblem({
    kind: "core",
    lattice: CELL,
    atoms: [{ potential: { ...SILICON, channels: [] }, position: [0, 0, 0] }],
  });
  const { fft } = kernels;
  const secretive = {
    ...kernels,
    fft: (size: Parameters<typeof fft>[0]) => ({ ...fft(size), passes: undefined as never }),
  };
  const small = strip(spotless(waveSet(silicon, K, 6)));
  const rows = small.waves.count;
  const zeroErrors: Problem = { ...silicon, table: { ...silicon.table, errorSum: exact(0) } };
  const [right, wrong] = [secretive, adversary(secretive, { gemm: "N" })].map((k) =>
    applyEnclosed(k, zeroErrors, small, trialPanel(rows, 1, ones(rows)), { withTails: false }),
  );
  const off = distance(right!.values, wrong!.values);
  mustBound(wrong!.errors[0]!, off, 10);
});

/** Least eigenvalue of (truth − stated + error): F(μ) ⪰ values − error means that it is not negative. */
const slack = (stated: ReturnType<typeof schurMatrix>, truth: ReturnType<typeof schurMatrix>): number => {
  const difference = truth.values.map((v, i) => v - stated.values[i]!);
  return hermitianEigenpairs(kernels, stated.nX, difference).values[0]! + stated.error;
};
function mustHoldSchur(
  stated: ReturnType<typeof schurMatrix>,
  truth: ReturnType<typeof schurMatrix>,
  most = 10,
): void {
  const room = slack(stated, truth);
  expect(room).toBeGreaterThanOrEqual(-1e-6 * stated.error);
  expect(stated.error / (stated.error - room)).toBeLessThan(most);
}
const nX = countBelow(set.waves, 4);
const flat = (d: number, far = 1e9) => ({ rows: new Float64Array(n - nX).fill(d), far: exact(far) });

// Seen red: each summand of the matrix' error left out.
test("F(μ) from data that are off as far as declared is within its error", () => {
  // T too high
  const high: Set = {
    ...set,
    waves: { ...set.waves, kineticError: new Float64Array(n).fill(0.05) },
  };
  const low: Set = {
    ...set,
    waves: { ...set.waves, kinetic: set.waves.kinetic.map((t, i) => (i < nX ? t - 0.05 : t)) },
  };
  const matrix = (s: Set, d = 1e6, k = kernels, problem = projector) =>
    schurMatrix(k, problem, s, nX, 0, flat(d));
  mustHoldSchur(matrix(high), matrix(low), 3);
  // projectors truly smaller, nothing eliminated: both factors' errors of PVP
  const all = (s: Set) =>
    schurMatrix(kernels, projector, s, n, 0, { rows: new Float64Array(0), far: exact(1e9) });
  const [more] = withErrors(set, 0.1);
  mustHoldSchur(all(more), all(withErrors(set, -0.1)[1]), 2);
  // projectors truly larger outside X alone, with D − μ small: the errors of what is eliminated
  const [stated, truth] = withErrors(set, 0.1, nX);
  mustHoldSchur(matrix(stated, 1e-4), matrix(truth, 1e-4), 6);
  // nothing stored outside X at all: the square of the error
  const none: Set = {
    ...set,
    panel: { ...set.panel, values: set.panel.values.map((v, i) => (i >= 2 * nX ? 0 : v)) },
  };
  const missing = Math.sqrt(set.panel.values.subarray(2 * nX).reduce((sum, v) => sum + v * v, 0));
  const blind: Set = { ...none, panel: { ...none.panel, errors: [exact(missing)] } };
  mustHoldSchur(matrix(blind, 1e-6), matrix(set, 1e-6), 20);
  // W off
  const declared = exact(0.05 * frozen.table.sizes.reduce((a, b) => a + b));
  const wrong: Problem = { ...frozen, table: { ...frozen.table, errorSum: declared } };
  const moved: Problem = {
    ...frozen,
    table: { ...frozen.table, values: frozen.table.values.map((v) => v * 1.05) },
  };
  mustHoldSchur(matrix(strip(set), 1e6, kernels, wrong), matrix(strip(set), 1e6, kernels, moved), 3);
});

// Seen red: the rounding of the coupling, of the eliminated product left out.
test("F(μ) from products as wrong as sums may be is within its error", () => {
  const matrix = (k: typeof kernels, d: number) => schurMatrix(k, projector, set, nX, 0, flat(d));
  mustHoldSchur(matrix(adversary(kernels, { overlap: true }), 1e-4), matrix(kernels, 1e-4), 12);
  const many = spotless(waveSet(twelve, K, 18));
  const [wrong, right] = [adversary(kernels, { gemm: "N" }), kernels].map((k) =>
    schurMatrix(k, twelve, many, nX, 0, flat(1e6)),
  );
  mustHoldSchur(wrong!, right!, 12);
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

// Seen red: each summand of either radius left out.
test("residuals as far off as declared: Z and K hold the true ones", () => {
  const rows = 2;
  const U = trialPanel(rows, 2, Float64Array.from([1, 0, 0, 0, 1, 0, 0, 0])); // u₁ = u₂ = e₁
  const forms = (residuals: readonly [number, number], errors: readonly [number, number]) =>
    trialForms(U, rows, [0, 0], {
      values: Float64Array.from([residuals[0], 0, 0, 0, residuals[1], 0, 0, 0]),
      errors: errors.map(exact),
      tails: [exact(0), exact(0)],
    });
  for (const [residuals, errors] of [
    [
      [1, 1],
      [0.5, 0],
    ],
    [
      [1, 1],
      [0, 0.5],
    ],
    [
      [0, 0],
      [0.5, 0.5],
    ],
  ] as const) {
    const { projected, residual } = forms(residuals, errors);
    const truth = residuals.map((r, j) => r + errors[j]!);
    for (const [i, j] of [
      [0, 1],
      [1, 0],
      [0, 0],
      [1, 1],
    ] as const) {
      // biome-ignore format: pairs
      expect(projected.re[i]![j]!.hi).toBeGreaterThanOrEqual(truth[j]!);
      expect(projected.re[i]![j]!.hi).toBeLessThan(truth[j]! + 20 * u);
      expect(residual.re[i]![j]!.hi).toBeGreaterThanOrEqual(truth[i]! * truth[j]!);
      expect(residual.re[i]![j]!.hi).toBeLessThan(truth[i]! * truth[j]! + 1e-3);
    }
  }
});
