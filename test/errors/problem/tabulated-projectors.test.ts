import { describe, expect, test } from "vitest";
import { findGth } from "../../../src/atoms/gth/gth-table.ts";
import { parsePseudopotential } from "../../../src/atoms/read-pseudopotential.ts";
import { random } from "../../../src/common/random.ts";
import { solidHarmonic } from "../../../src/common/special/spherical-harmonics.ts";
import type { Mat3, Vec3 } from "../../../src/common/vec3.ts";
import { type BandProposal, certifyBands } from "../../../src/errors/certify/certify-bands.ts";
import { encloseBands } from "../../../src/errors/enclose/enclose-bands.ts";
import { encloseProblem, waveSet } from "../../../src/errors/problem/enclosed-hamiltonian.ts";
import { type ExactProblem, exactProblem } from "../../../src/errors/problem/exact-problem.ts";
import { projectorTail } from "../../../src/errors/problem/projectors.ts";
import {
  supportEnd,
  type TabulatedPotential,
  tabulatedRadial,
} from "../../../src/errors/problem/tabulated-projectors.ts";
import { hermitianEigenpairs } from "../../../src/errors/propose/dense-eigenpairs.ts";
import { add, type Interval, interval, mul, scale, sub, ZERO } from "../../../src/interval/interval.ts";
import { exact } from "../../../src/interval/sides.ts";
import { wasmKernelsSync } from "../../../src/kernels/wasm/wasm.ts";
import { createLattice } from "../../../src/model/lattice.ts";
import { toPsp8, toUpf } from "../../atoms/pseudopotential-writers.ts";

const kernels = wasmKernelsSync();
const { uniform } = random(5);
const values = Array.from({ length: 12 }, () => 2 * uniform() - 1);
const table: TabulatedPotential = {
  kind: "tabulated",
  element: "X",
  name: "random",
  charge: 1,
  step: 0.25,
  channels: [{ h: [[1]], projectors: [values] }],
};

/** The definition in intervals: Newton's form of the cubic through four numbers, as in no other place. */
function defined(numbers: readonly number[], step: number, t: number): Interval {
  const j = Math.floor(t / step);
  const v = [-1, 0, 1, 2].map((a) => interval(numbers[j + a + 1] ?? 0));
  const s = sub(interval(t / step), interval(j - 1)); // exact: the step is a power of two
  let differences = v;
  let [sum, product]: [Interval, Interval] = [ZERO, interval(1)];
  for (let order = 0; order < 4; order++) {
    sum = add(sum, mul(product, differences[0]!));
    product = scale(1 / (order + 1), mul(product, sub(s, interval(order))));
    differences = differences.slice(1).map((x, i) => sub(x, differences[i]!));
  }
  return sum;
}

// Seen red: the error of q² left out, and its half.
test("the radial factor is within its bound of the definition, wherever q² may lie", () => {
  const radial = tabulatedRadial(table, 0, 1, interval(1));
  const out = new Float64Array(2);
  let worst = 0;
  for (let trial = 0; trial < 4000; trial++) {
    const knot = (Math.floor(14 * uniform()) * 1) / 4;
    const t = trial % 2 === 0 ? 3.5 * uniform() : knot + (uniform() - 0.3) * 1e-3;
    const error = trial % 4 === 0 ? 0 : 0.12 * uniform();
    if (t < error) continue;
    radial(out, t, error);
    for (const at of [t - error, t, t + error]) {
      const { lo, hi } = defined(values, 0.25, at);
      const off = Math.max(Math.abs(lo - out[0]!), Math.abs(hi - out[0]!)) - (hi - lo);
      expect(off).toBeLessThanOrEqual(out[1]!);
      worst = Math.max(worst, off / out[1]!);
    }
  }
  expect(worst).toBeGreaterThan(0.3);
});

test("a table is zero from its end on, and a set that does not reach it has no tail", () => {
  const end = supportEnd(table, 0);
  expect(end).toBe(3);
  const radial = tabulatedRadial(table, 0, 1, interval(1));
  const out = new Float64Array(2);
  radial(out, end, 0);
  expect(out[0]).toBe(0);
  radial(out, end - 0.1, 0);
  expect(Math.abs(out[0]!)).toBeGreaterThan(1e-4);
  const { channels, reciprocal } = encloseProblem({
    ...SMALL,
    atoms: [{ potential: table, position: [0, 0, 0] }],
  });
  expect(projectorTail(channels[0]!, 0, reciprocal, exact(1.7321))).toBe(0);
  expect(() => projectorTail(channels[0]!, 0, reciprocal, exact(1.732))).toThrow(
    /projectors of X: must be zero beyond .* take a larger outer cutoff/,
  );
});

test("what cannot be meant is refused in one line", () => {
  const refused = (change: object) =>
    encloseProblem({ ...SMALL, atoms: [{ potential: { ...table, ...change }, position: [0, 0, 0] }] });
  expect(() => refused({ step: 0.25 + 2 ** -54 })).toThrow(
    /a step that is a power of two from 2⁻¹² to 1, got 0\.25/,
  );
  expect(() => refused({ step: 0 })).toThrow(/a step that is a power of two/);
  expect(() => refused({ channels: [{ h: [[1]], projectors: [] }] })).toThrow(
    /as many projectors as rows of h, got 0/,
  );
  expect(() => refused({ channels: [{ h: [[1]], projectors: [[NaN]] }] })).toThrow(
    /X: must have numbers below 1e6/,
  );
  expect(() => refused({ channels: [{ h: [[1, 2]], projectors: [values] }] })).toThrow(/a symmetric h/);
});

const LATTICE: Mat3 = [
  [4.1, 0, 0],
  [0.4, 4.3, 0],
  [-0.3, 0.2, 4.6],
];
const SMALL: Extract<ExactProblem, { kind: "frozen" }> = {
  kind: "frozen",
  lattice: LATTICE,
  atoms: [],
  coefficients: [],
};
const POSITION: Vec3 = [0.1, 0.2, 0.3];
const K: Vec3 = [0.1, 0.2, -0.3];
const gth = findGth("Si", "gth-lda");
const problemOf = (text: string): Extract<ExactProblem, { kind: "frozen" }> => {
  const pseudopotential = parsePseudopotential(text, "Si", "file");
  const problem = exactProblem({
    lattice: createLattice(LATTICE),
    species: [{ element: "Si", pseudopotential }],
    atoms: [{ species: 0, position: POSITION }],
  });
  if (problem.kind !== "frozen") return expect.fail(`got ${problem.kind}`);
  return problem;
};

/** The lowest eigenvalues on the waves of a set, from the definition in plain numbers. */
function ritzValues(
  problem: Extract<ExactProblem, { kind: "frozen" }>,
  energy: number,
  count: number,
): number[] {
  const enclosed = encloseProblem(problem);
  const { waves } = waveSet(enclosed, K, Math.max(energy, 60));
  const n = waves.kinetic.findIndex((t) => t > energy);
  const volume = enclosed.reciprocal.volume.lo;
  const matrix = new Float64Array(2 * n * n);
  const byVector = new Map(problem.coefficients.map((c) => [c.g.join(), c]));
  const { potential, position } = problem.atoms[0]!;
  if (potential.kind !== "tabulated") return expect.fail("no table");
  const label = (i: number) => [...waves.g.subarray(3 * i, 3 * i + 3)] as [number, number, number];
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const d = label(i).map((x, c) => x - label(j)[c]! + 0) as [number, number, number];
      const w = byVector.get(d.join());
      matrix[2 * (i + n * j)] = (w?.re ?? 0) + (i === j ? waves.kinetic[i]! : 0);
      matrix[2 * (i + n * j) + 1] = w?.im ?? 0;
    }
  potential.channels.forEach(({ h, projectors }, l) => {
    for (let m = -l; m <= l; m++) {
      const p = projectors.map((numbers) =>
        Array.from({ length: n }, (_, i) => {
          const q = enclosed.reciprocal.cartesian(K, label(i)).map(({ lo }) => lo) as unknown as Vec3;
          const radial = defined(numbers, potential.step, 2 * waves.kinetic[i]!).lo / Math.sqrt(volume);
          return radial * solidHarmonic(l, m, q);
        }),
      );
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) {
          const angle = label(i).reduce(
            (sum, x, c) => sum - 2 * Math.PI * (x - label(j)[c]!) * position[c]!,
            0,
          );
          const size = h.reduce((sum, row, a) => sum + row.reduce((part, x, b) => part + p[a]![i]! * x * p[b]![j]!, 0), 0); // biome-ignore format: p h p
          matrix[2 * (i + n * j)]! += size * Math.cos(angle);
          matrix[2 * (i + n * j) + 1]! += size * Math.sin(angle);
        }
    }
  });
  return hermitianEigenpairs(kernels, n, matrix).values.slice(0, count);
}

describe.each([
  ["UPF", () => toUpf(gth, "SLA PW NOGX NOGC", 2)],
  ["psp8", () => toPsp8(gth, -1012)],
])("silicon from %s", (_, write) => {
  const problem = problemOf(write());
  const enclosed = encloseProblem(problem);
  const proposals: BandProposal[] = [];
  const bands = encloseBands(kernels, enclosed, K, 3, { ecut: 8, onProved: (p) => proposals.push(p) });

  test("the levels of the table in far larger bases lie in the intervals", () => {
    if (!Array.isArray(bands)) return expect.fail(bands.reason);
    const [coarse, fine] = [ritzValues(problem, 13, 3), ritzValues(problem, 18, 3)];
    bands.forEach(({ lower, upper }, i) => {
      const left = coarse[i]! - fine[i]! + 1e-10; // more than what lies beyond the finer basis
      expect(lower).toBeLessThan(fine[i]! + 1e-10);
      expect(upper).toBeGreaterThan(fine[i]! - left);
      expect(upper - lower).toBeLessThanOrEqual(1e-4);
    });
  });

  test("they are those of the formula that the file was written of, but for what the table leaves out", () => {
    const formula = encloseProblem({
      kind: "core",
      lattice: LATTICE,
      atoms: [{ potential: gth, position: POSITION }],
    });
    const own = encloseBands(kernels, formula, K, 3, { ecut: 8 });
    if (!Array.isArray(bands) || !Array.isArray(own)) return expect.fail("no proof");
    own.forEach(({ ritz }, i) => {
      expect(Math.abs(ritz - bands[i]!.ritz)).toBeLessThan(2e-4);
    });
  });

  test("the proof is made again from stored numbers, and not of another table", () => {
    if (!Array.isArray(bands)) return expect.fail(bands.reason);
    const again = certifyBands(kernels, enclosed, proposals.at(-1)!, 3);
    expect(Array.isArray(again)).toBe(true);
    const { potential, position } = problem.atoms[0]!;
    if (potential.kind !== "tabulated") return expect.fail("no table");
    const channels = potential.channels.map(({ h, projectors }) => ({
      h,
      projectors: projectors.map((numbers) => numbers.map((x) => 1.05 * x)),
    }));
    const other = encloseProblem({
      ...problem,
      atoms: [{ potential: { ...potential, channels }, position }],
    });
    const wrong = certifyBands(kernels, other, proposals.at(-1)!, 3);
    if (Array.isArray(wrong)) expect(wrong[0]!.upper - wrong[0]!.lower).toBeGreaterThan(1e-4);
  });
});
