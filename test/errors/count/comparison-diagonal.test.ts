import "../adversary/coarse-rounding.ts";
import { expect, test } from "vitest";
import { random } from "../../../src/common/random.ts";
import type { Vec3 } from "../../../src/common/vec3.ts";
import { fftRounding } from "../../../src/errors/apply/fft-rounding.ts";
import { comparisonDiagonal } from "../../../src/errors/count/comparison-diagonal.ts";
import {
  type EnclosedProblem,
  encloseProblem,
  waveSet,
} from "../../../src/errors/problem/enclosed-hamiltonian.ts";
import { BEYOND_TABLE } from "../../../src/errors/problem/potential-table.ts";
import { countBelow } from "../../../src/errors/problem/reciprocal.ts";
import { exact } from "../../../src/interval/sides.ts";
import type { Kernels } from "../../../src/kernels/kernels.ts";
import { wasmKernelsSync } from "../../../src/kernels/wasm/wasm.ts";
import { inwards, rounding } from "../adversary/inexact.ts";
import { CELL, K, spotless } from "../adversary/problems.ts";

const coarse = (await import("../../../src/errors/count/comparison-diagonal.ts?coarse" as string)) as typeof import("../../../src/errors/count/comparison-diagonal.ts"); // biome-ignore format: one import

const kernels = wasmKernelsSync();
/** Coefficients |g_i| ≤ reach, of sizes that fall off, and none at 0. */
function problemOf(reach: number, size: (length: number) => number): EnclosedProblem {
  const { normal } = random(7);
  const coefficients: { g: Vec3; re: number; im: number }[] = [];
  for (let x = 0; x <= reach; x++)
    for (let y = -reach; y <= reach; y++)
      for (let z = -reach; z <= reach; z++) {
        if (x === 0 && (y < 0 || (y === 0 && z <= 0))) continue;
        const by = size(Math.hypot(x, y, z));
        const [re, im] = [by * normal(), by * normal()];
        coefficients.push({ g: [x, y, z], re, im }, { g: [0 - x, 0 - y, 0 - z], re, im: 0 - im });
      }
  return encloseProblem({ kind: "frozen", lattice: CELL, atoms: [], coefficients });
}
/** The same problem with sizes that are |W| itself, and ‖W‖₁ their sum. */
function withExactSizes(problem: EnclosedProblem): EnclosedProblem {
  const { table } = problem;
  const sizes = table.sizes.map((_, e) => Math.hypot(...table.values.subarray(2 * e, 2 * e + 2)));
  const all = exact(sizes.reduce((a, b) => a + b));
  return {
    ...problem,
    table: { ...table, sizes, sumBeyond: (q) => (q > 0 ? table.sumBeyond(q) : all) },
  };
}
const few = problemOf(1, (length) => (length > 1.5 ? 1e-5 : 0.05));
const many = problemOf(6, (length) => 0.02 * Math.exp(-length));
const wave = (g: Int32Array, i: number): Vec3 => [g[3 * i]!, g[3 * i + 1]!, g[3 * i + 2]!];

/**
 * D as Lemma 3 has it, by its sum over all waves: on the waves of a set beyond the first nX, and the least of those outside.
 *
 * @param beyond Σ|W| of coefficients that are in no table, at their worst
 */
function truth(problem: EnclosedProblem, ecut: number, nX: number, beyond = 0, kineticError = 0, share = 0) {
  const [set, wide] = [waveSet(problem, K, ecut), waveSet(problem, K, 2 * ecut)];
  const { kinetic, count, outside } = set.waves;
  const lowest = Math.min(outside, ...kinetic.subarray(nX));
  const cap = Math.min(outside, 2.5 * lowest);
  const tau = (i: number) => (i < count ? Math.min(kinetic[i]!, cap) : cap);
  const at = new Map(Array.from({ length: wide.waves.count }, (_, i) => [wave(wide.waves.g, i).join(), i]));
  const { table } = problem;
  const entry = (row: number): number => {
    let sum = (beyond * tau(row)) / lowest;
    for (let e = 0; e < table.count; e++) {
      const [w, d] = [wave(wide.waves.g, row), wave(table.g, e)];
      const other = at.get(w.map((n, i) => n - d[i]!).join()) ?? count;
      if (other < nX) continue;
      sum +=
        ((1 - share) * Math.hypot(table.values[2 * e]!, table.values[2 * e + 1]!) * tau(row)) / tau(other);
    }
    return wide.waves.kinetic[row]! - kineticError - sum;
  };
  let far = Infinity;
  for (let row = count; row < Math.min(count + 60, wide.waves.count); row++) far = Math.min(far, entry(row));
  return { set, rows: Array.from({ length: count - nX }, (_, i) => entry(nX + i)), far };
}

function mustBeBelow(
  problem: EnclosedProblem,
  stated: ReturnType<typeof comparisonDiagonal>,
  of: ReturnType<typeof truth>,
  slack: number,
): void {
  of.rows.forEach((value, i) => {
    expect(stated.rows[i]!).toBeLessThanOrEqual(value);
    expect(stated.rows[i]!).toBeGreaterThan(value - slack);
  });
  expect(stated.far).toBeLessThanOrEqual(of.far);
  expect(stated.far).toBeGreaterThan(of.far - 3 * problem.table.sumBeyond(exact(0)));
}

// Seen red: the error of T, Gershgorin's sum, its roundings, coefficients that are not looked at, ‖W‖₁ and the near waves outside.
test("Lemma 3 entry by entry: D is what its sum says, and no more, every operation rounded", () => {
  const of = truth(few, 14, 20);
  mustBeBelow(
    few,
    rounding(inwards, () => coarse.comparisonDiagonal(kernels, few, of.set, 20)),
    of,
    1e-3,
  );
  // cap is the least energy outside: waves there feel those near by within the set
  const near = countBelow(of.set.waves, 9);
  mustBeBelow(few, comparisonDiagonal(kernels, few, of.set, near), truth(few, 14, near), 1e-3);
  // roundings alone: nothing else is off
  const strong = withExactSizes(problemOf(3, () => 1));
  const large = truth(strong, 14, 20);
  mustBeBelow(
    strong,
    rounding(inwards, () => coarse.comparisonDiagonal(kernels, strong, spotless(large.set), 20)),
    large,
    0.1,
  );
  const kineticError = 0.01;
  const off = truth(few, 14, 20, 0, kineticError);
  const { waves } = off.set;
  const wrong = {
    ...off.set,
    waves: { ...waves, kineticError: new Float64Array(waves.count).fill(kineticError) },
  };
  mustBeBelow(few, comparisonDiagonal(kernels, few, wrong, 20), { ...off, far: of.far }, 1e-3);
});

/** The same problem with coefficients that no table holds. */
const withBeyond = (problem: EnclosedProblem, beyond: number): EnclosedProblem => ({
  ...problem,
  table: {
    ...problem.table,
    sumBeyond: (q) => exact(problem.table.sumBeyond(q) + beyond),
  },
});

// Seen red: what is beyond the table left out, or without the quotient of weights.
test("Lemma 3: coefficients beyond the table count as if all led to the lowest wave", () => {
  for (const [problem, nX, ecut, sum] of [
    [few, 20, 14, 0.02],
    [few, 20, 14, 5e-4], // so little that some coefficients of the table are not looked at either
    [many, 60, 9, 0.02],
    [many, 10, 9, 0.02], // the weight of the lowest is far below those outside
  ] as const) {
    const beyond = withBeyond(problem, sum);
    expect(beyond.table.sumBeyond(BEYOND_TABLE)).toBeGreaterThanOrEqual(sum);
    const stated = comparisonDiagonal(kernels, beyond, waveSet(problem, K, ecut), nX);
    mustBeBelow(beyond, stated, truth(problem, ecut, nX, 0.995 * sum), 0.1);
  }
});

// Seen red: ‖W‖₁ and the rounding of the transforms left out; ‖W‖₁ of |W|, which sizes are above.
test("Lemma 3 on a grid: D is below its sum, with transforms as wrong as they may be, and sizes too large", () => {
  const [nX, ecut] = [60, 9];
  const of = truth(many, ecut, nX);
  mustBeBelow(many, comparisonDiagonal(kernels, many, of.set, nX), of, 1e-3);
  const at = nX + 5;
  /** All that the transforms may be off, in one place. */
  const liar: Kernels = {
    ...kernels,
    sphereFft(size, index) {
      const sphere = kernels.sphereFft(size, index);
      const { relative } = fftRounding(sphere.passes)!;
      return {
        ...sphere,
        applyPotential(out, psi, v, bands) {
          sphere.applyPotential(out, psi, v, bands);
          const most = v.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
          out[2 * at]! -= 2 * relative * most * Math.sqrt(psi.reduce((sum, x) => sum + x * x, 0));
        },
      };
    },
  };
  mustBeBelow(many, comparisonDiagonal(liar, withExactSizes(many), spotless(of.set), nX), of, 1e-3);
  // |W| is truly a tenth smaller than the sizes: on X, as much as ‖W‖₁ has of them is taken off
  const share = 0.1;
  const { table } = many;
  const large: EnclosedProblem = {
    ...many,
    table: {
      ...table,
      sizes: table.sizes.map((s) => s / (1 - share)),
      sumBeyond: (q) => exact(table.sumBeyond(q) / (1 - share)),
    },
  };
  const stated = comparisonDiagonal(kernels, large, of.set, nX);
  of.rows.forEach((value, i) => {
    expect(stated.rows[i]!).toBeLessThanOrEqual(value);
  });
});

// Seen red: the error of T at the cap left out.
test("Lemma 3 outside a set: a wave is near if its energy may be computed below the cap", () => {
  const coefficients = [1, -1].map((n) => ({ g: [n, 0, 0] as Vec3, re: 0.1, im: 0 }));
  const lattice = [[2 * Math.PI, 0, 0], [0, 1, 0], [0, 0, 1]] as const; // biome-ignore format: a matrix
  const chain = encloseProblem({ kind: "frozen", lattice, atoms: [], coefficients });
  const { waves, ...rest } = waveSet(chain, [0.25, 0, 0], 2.53); // |k + G| = 1/4, 3/4, 5/4, 7/4, and 9/4 outside
  expect([...waves.g].filter((_, i) => i % 3 === 0)).toEqual([0, -1, 1, -2]);
  const [off, nX] = [0.3, 1];
  const [kinetic, kineticError] = [waves.kinetic.slice(), waves.kineticError.slice()];
  kinetic[2]! -= off;
  kineticError[2]! += off;
  const [lowest, near] = kinetic.slice(1) as unknown as [number, number];
  const cap = 2.5 * lowest;
  expect([near < cap, waves.kinetic[2]! > cap]).toEqual([true, true]);
  const { far } = comparisonDiagonal(
    kernels,
    chain,
    { ...rest, waves: { ...waves, kinetic, kineticError } },
    nX,
  );
  // of 9/4, whose neighbours are 5/4 and 13/4
  expect(far).toBeLessThanOrEqual(2.25 ** 2 / 2 - 0.1 * (cap / near + 1));
  expect(far).toBeGreaterThan(2.53 - 0.1 * 2 * 2.5 - 1e-5);
});
