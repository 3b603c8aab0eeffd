import { expect, test } from "vitest";
import { random } from "../../src/common/random.ts";
import type { Mat3, Vec3 } from "../../src/common/vec3.ts";
import { applyEnclosed } from "../../src/errors/apply/apply-enclosed.ts";
import { localTail } from "../../src/errors/apply/local-tail.ts";
import { trialPanel } from "../../src/errors/apply/trial-panel.ts";
import { comparisonDiagonal } from "../../src/errors/count/comparison-diagonal.ts";
import { schurMatrix } from "../../src/errors/count/feshbach-schur.ts";
import { encloseProblem, waveSet } from "../../src/errors/problem/enclosed-hamiltonian.ts";
import { gaussianMoment, latticeTail } from "../../src/errors/problem/lattice-tail.ts";
import { countBelow, encloseReciprocal, planeWavesBelow } from "../../src/errors/problem/reciprocal.ts";
import { hermitianEigenpairs } from "../../src/errors/propose/dense-eigenpairs.ts";
import { intervalMatrix } from "../../src/errors/ritz/complex-intervals.ts";
import { trialForms } from "../../src/errors/ritz/trial-forms.ts";
import { interval } from "../../src/interval/interval.ts";
import { exact } from "../../src/interval/sides.ts";
import { wasmKernelsSync } from "../../src/kernels/wasm/wasm.ts";
import { coreSilicon, triclinic } from "./crystals.ts";

/*
 * A law for each lemma of docs/bounds.md, by brute force: the bound holds, and is so near to the truth that no part of its
 * formula can be missed.
 */
const kernels = wasmKernelsSync();
const K: Vec3 = [0.1, 0.2, -0.3];
const CELL: Mat3 = [
  [4.1, 0, 0],
  [0.4, 4.3, 0],
  [-0.3, 0.2, 4.6],
];
/** One s projector of strength h that reaches far out, beside no local potential: V_nl has rank one. */
const oneProjector = (h: number, r: number) =>
  encloseProblem({
    kind: "core",
    lattice: CELL,
    atoms: [
      {
        potential: {
          ...triclinic.atoms[0]!.potential,
          charge: 0,
          rloc: 0.5,
          c: [],
          channels: [{ r, h: [[h]] }],
        },
        position: [0.1, 0.2, 0.3],
      },
    ],
  });
const lowest = (n: number, entry: (i: number, j: number) => readonly [re: number, im: number]): number => {
  const a = new Float64Array(2 * n * n);
  for (let j = 0; j < n; j++) for (let i = 0; i < n; i++) a.set(entry(i, j), 2 * (i + n * j));
  return hermitianEigenpairs(kernels, n, a).values[0]!;
};
const simpson = (f: (s: number) => number, from: number, to: number, steps = 4000): number => {
  const h = (to - from) / steps;
  let sum = f(from) + f(to);
  for (let i = 1; i < steps; i++) sum += (i % 2 === 0 ? 2 : 4) * f(from + i * h);
  return (sum * h) / 3;
};

// Seen red: half of the radius.
test("Lemma 1, its δ: no point is farther from the reciprocal lattice, and in rectangular ones the middle is as far", () => {
  const { uniform } = random(3);
  for (const [lattice, least] of [
    [[[5, 0, 0], [0, 7, 0], [0, 0, 4]], 0.999999], // biome-ignore format: a matrix
    [triclinic.lattice, 0.7],
    [coreSilicon.lattice, 0.5],
  ] as const) {
    const { coveringRadius, vectors } = encloseReciprocal(lattice);
    const rows = vectors.map((row) => row.map(({ lo, hi }) => (lo + hi) / 2));
    const length = (t: readonly number[]) =>
      Math.hypot(...[0, 1, 2].map((c) => t.reduce((sum, x, i) => sum + x * rows[i]![c]!, 0)));
    let farthest = 0;
    for (let trial = 0; trial < 3000; trial++) {
      const t = trial === 0 ? [0.5, 0.5, 0.5] : [uniform(), uniform(), uniform()];
      let nearest = Infinity;
      for (let x = -2; x <= 2; x++)
        for (let y = -2; y <= 2; y++)
          for (let z = -2; z <= 2; z++)
            nearest = Math.min(nearest, length([t[0]! - x, t[1]! - y, t[2]! - z]));
      farthest = Math.max(farthest, nearest);
    }
    expect(farthest).toBeLessThanOrEqual(coveringRadius * (1 + 1e-14));
    expect(farthest / coveringRadius).toBeGreaterThan(least);
  }
});

// Seen red: R − 2δ as R − δ, (s+δ)² without one of its three terms.
test("Lemma 1: the tail is its integral, and at most twice the sum over the lattice where the summand is slow", () => {
  const reciprocal = encloseReciprocal([[40, 0, 0], [0, 40, 0], [0, 0, 40]]); // biome-ignore format: a matrix
  const { coveringRadius: delta, reciprocalVolume } = reciprocal;
  for (const [coefficients, beta, radius] of [
    [[1], 0.7, 2.5],
    [[0.3, 0, 2], 1.5, 2.4],
    [[0, 0, 0, 1], 2, 2.2],
  ] as const) {
    const f = (s: number) =>
      coefficients.reduce((sum: number, c, j) => sum + c * s ** j, 0) * Math.exp(-beta * s * s);
    const tail = latticeTail({ coefficients, beta: interval(beta) }, reciprocal, exact(radius));
    const integral =
      ((4 * Math.PI) / reciprocalVolume.lo) *
      simpson((s) => (s + delta) ** 2 * f(s), radius - 2 * delta, radius + 6);
    expect(tail / integral).toBeGreaterThan(1 - 1e-9);
    expect(tail / integral).toBeLessThan(1.25); // Lemma 2
    const { kinetic, count } = planeWavesBelow(reciprocal, K, (radius + 1.4) ** 2 / 2);
    let sum = 0;
    for (let i = 0; i < count; i++) if (2 * kinetic[i]! >= radius ** 2) sum += f(Math.sqrt(2 * kinetic[i]!));
    expect(tail).toBeGreaterThan(sum);
    expect(tail / sum).toBeLessThan(10);
  }
});

// Seen red: (m−1) left out, the power of a off by one.
test("Lemma 2: moments of a Gaussian's tail are above the integrals by no more than the lemma says", () => {
  for (let m = 0; m <= 8; m++)
    for (const [beta, a] of [
      [0.5, 4],
      [2, 3],
    ] as const) {
      const integral = simpson((s) => s ** m * Math.exp(-beta * s * s), a, a + 8);
      const bound = gaussianMoment(m, interval(beta), interval(a)).hi;
      expect(bound / integral).toBeGreaterThan(1 - 1e-7); // of Simpson's rule
      expect(bound / integral).toBeLessThan(
        1 + (m + 1) ** 2 / (2 * beta * a * a) ** 2 + 2 / (2 * beta * a * a),
      );
    }
});

// Seen red: the depth left out of either entry.
test("Lemma 3 with an attractive projector: D is below QHQ on waves of the set and outside it, and just so", () => {
  const problem = oneProjector(-400, 0.35);
  const wide = waveSet(problem, K, 30);
  const set = waveSet(problem, K, 20);
  const [nX, nY, n] = [countBelow(set.waves, 5), set.waves.count, wide.waves.count];
  const { rows, far } = comparisonDiagonal(kernels, problem, set, nX);
  const p = (row: number): readonly [number, number] => [
    wide.panel.values[2 * row]!,
    wide.panel.values[2 * row + 1]!,
  ];
  const least = (from: number): number =>
    lowest(n - from, (i, j) => {
      const [[a, b], [c, d]] = [p(from + i), p(from + j)];
      const row = from + i;
      const diagonal = i === j ? wide.waves.kinetic[row]! - (row < nY ? rows[row - nX]! : far) : 0;
      return [diagonal - 40 * (a * c + b * d), -400 * (b * c - a * d)];
    });
  const depth = 400 * set.tails(nX)[0]![0]!;
  expect(depth).toBeGreaterThan(1);
  for (const from of [nX, nY]) expect(least(from)).toBeGreaterThan(-1e-12);
  let explicit = 0;
  for (let row = nX; row < n; row++) explicit += 400 * (p(row)[0] ** 2 + p(row)[1] ** 2);
  expect(depth / explicit).toBeLessThan(10); // of rank one: no less than ‖Qp‖² will do
  // outside the set the least of D is needed as well
  const shallow = lowest(n - nY, (i, j) => {
    const [[a, b], [c, d]] = [p(nY + i), p(nY + j)];
    const t = i === j ? wide.waves.kinetic[nY + i]! - far - depth : 0;
    return [t - 40 * (a * c + b * d), -400 * (b * c - a * d)];
  });
  expect(shallow).toBeLessThan(0);
});

// Seen red: τ without the projectors, t₂ left out.
test("Lemma 4: what C has beyond the set is taken off, with a projector and with a local potential", () => {
  const local = encloseProblem({
    kind: "core",
    lattice: CELL,
    atoms: [{ potential: { ...triclinic.atoms[1]!.potential, channels: [] }, position: [0.6, 0.55, 0.85] }],
  });
  for (const problem of [oneProjector(6, 0.5), local]) {
    const [narrow, wide] = [waveSet(problem, K, 9), waveSet(problem, K, 24)];
    const nX = countBelow(narrow.waves, 3);
    const [mu, gap] = [0, 0.5];
    const diagonal = (count: number) => ({ rows: new Float64Array(count - nX).fill(gap), far: exact(gap) });
    const of = (set: typeof wide, reach: number) =>
      schurMatrix(kernels, problem, set, nX, mu, diagonal(reach));
    const small = of(narrow, narrow.waves.count);
    const large = of(wide, wide.waves.count);
    const difference = lowest(nX, (i, j) => {
      const at = 2 * (i + nX * j);
      return [large.values[at]! - small.values[at]!, large.values[at + 1]! - small.values[at + 1]!];
    });
    expect(difference).toBeGreaterThan(-small.error - large.error);
    // without what it takes off for what lies beyond, the small matrix would be above the large one
    const trace = (set: typeof small) => Array.from({ length: nX }, (_, x) => set.values[2 * (x + nX * x)]!);
    const taken = trace(large).map((x, i) => x - trace(small)[i]!);
    expect(Math.max(...taken)).toBeGreaterThan(1e-6);
  }
});

// Seen red: m left out, tails of another column.
test("Theorem 2: m diag(t²) holds residuals outside the set that all point the same way", () => {
  const m = 4;
  const tails = [1, 1, 1, 1].map(exact);
  const applied = { values: new Float64Array(2 * m), errors: tails.map(() => exact(0)), tails };
  const u = trialPanel(1, m, new Float64Array(2 * m));
  const { residual } = trialForms(u, 1, [0, 0, 0, 0], applied);
  const least = lowest(m, (i, j) => [residual.re[i]![j]!.hi - 1, 0]); // R_T* R_T has ones everywhere
  expect(least).toBeGreaterThan(-1e-14);
  expect(least).toBeLessThan(1e-12);
  expect(intervalMatrix(1, () => ({ re: interval(0), im: interval(0) })).n).toBe(1);
});

// Seen red: one of the two ways alone, the distance from the origin in place of that from the shell.
test("Lemma 7: a wave at the end of a shell sends no more of the potential outside than stated", () => {
  const potential = { ...triclinic.atoms[1]!.potential, channels: [] };
  const problem = encloseProblem({
    kind: "core",
    lattice: CELL,
    atoms: [{ potential, position: [0.6, 0.55, 0.85] }],
  });
  const set = waveSet(problem, K, 9);
  const wide = waveSet(problem, K, 60);
  const inside = set.waves.count;
  for (const at of [63, inside - 1]) {
    const data = new Float64Array(2 * inside);
    data[2 * at] = 1;
    let sum = 0;
    for (let to = inside; to < wide.waves.count; to++) {
      const [i, j] = [3 * to, 3 * at];
      const [g, h] = [wide.waves.g, set.waves.g];
      const e = problem.table.indexOf(g[i]! - h[j]!, g[i + 1]! - h[j + 1]!, g[i + 2]! - h[j + 2]!);
      if (e >= 0) sum += problem.table.values[2 * e]! ** 2 + problem.table.values[2 * e + 1]! ** 2;
    }
    const tail = localTail(problem, set.waves, set.outsideRadius, trialPanel(inside, 1, data), 0);
    expect(tail).toBeGreaterThan(Math.sqrt(sum));
    expect(tail / Math.sqrt(sum)).toBeLessThan(10);
  }
});

// Seen red: the sizes of the projections left out.
test("Lemma 7: a projector sends no more outside than stated", () => {
  const problem = oneProjector(6, 0.5);
  const [set, wide] = [waveSet(problem, K, 14), waveSet(problem, K, 40)];
  const [rows, inside] = [countBelow(set.waves, 4), set.waves.count];
  const u = trialPanel(rows, 1, Float64Array.from(set.panel.values.subarray(0, 2 * rows)));
  const { values } = applyEnclosed(kernels, problem, wide, u);
  let sum = 0;
  for (let i = 2 * inside; i < values.length; i++) sum += values[i]! ** 2;
  const [tail] = applyEnclosed(kernels, problem, set, u).tails;
  expect(tail!).toBeGreaterThan(Math.sqrt(sum));
  expect(tail! / Math.sqrt(sum)).toBeLessThan(20); // n_i has the slack of Lemma 1
});
