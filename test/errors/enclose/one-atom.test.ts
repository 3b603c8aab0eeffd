import { expect, test } from "vitest";
import { projectorFourier } from "../../../src/atoms/pseudopotential-formulas.ts";
import type { Vec3 } from "../../../src/common/vec3.ts";
import { applyEnclosed } from "../../../src/errors/apply/apply-enclosed.ts";
import { trialPanel } from "../../../src/errors/apply/trial-panel.ts";
import type { BandEnclosure, NotCertified } from "../../../src/errors/certify/band-enclosure.ts";
import { type BandProposal, certifyBands } from "../../../src/errors/certify/certify-bands.ts";
import {
  type ComparisonDiagonal,
  comparisonDiagonal,
} from "../../../src/errors/count/comparison-diagonal.ts";
import { schurMatrix } from "../../../src/errors/count/feshbach-schur.ts";
import { encloseBands } from "../../../src/errors/enclose/enclose-bands.ts";
import {
  type EnclosedProblem,
  encloseProblem,
  waveSet,
} from "../../../src/errors/problem/enclosed-hamiltonian.ts";
import type { ExactProblem } from "../../../src/errors/problem/exact-problem.ts";
import { nonlocalDepth } from "../../../src/errors/problem/projectors.ts";
import { countBelow } from "../../../src/errors/problem/reciprocal.ts";
import { hermitianEigenpairs } from "../../../src/errors/propose/dense-eigenpairs.ts";
import { proposeBands } from "../../../src/errors/propose/propose-bands.ts";
import { wasmKernelsSync } from "../../../src/kernels/wasm/wasm.ts";
import { cohenBergstresserSilicon, reference, triclinic } from "../crystals.ts";

const kernels = wasmKernelsSync();
const GAMMA: Vec3 = [0, 0, 0];
const enclosures = (result: BandEnclosure[] | NotCertified): BandEnclosure[] => {
  if (!Array.isArray(result)) expect.fail(result.reason);
  return result;
};

/** One atom of the triclinic crystal's first element in a small cell: few plane waves, every part of the machinery. */
const small: ExactProblem = {
  kind: "core",
  lattice: [[4.1, 0, 0], [0.4, 4.3, 0], [-0.3, 0.2, 4.6]], // biome-ignore format: a matrix
  atoms: [triclinic.atoms[0]!],
};
const smallProblem = encloseProblem(small);
/** Gallium, whose h matrices are indefinite, in the same cell. */
const gallium = encloseProblem({
  ...small,
  atoms: [{ ...triclinic.atoms[1]!, position: [0.6, 0.55, 0.85] }],
});
const K: Vec3 = [0.1, 0.2, -0.3];
const proposal = proposeBands(kernels, smallProblem, K, 2, { cutoff: 7, steps: 5 });

test("a pseudopotential crystal: certificates are the same bit by bit with the library's functions broken", () => {
  const before = certifyBands(kernels, encloseProblem(small), proposal, 2);
  enclosures(before);
  const names = ["exp", "expm1", "log", "log2", "log10", "sin", "cos", "tan", "atan2", "sinh", "cosh", "tanh", "pow", "hypot", "cbrt", "fround", "random"] as const; // biome-ignore format: a list
  const library = Math as unknown as Record<string, unknown>; // its members are to be replaced
  const kept = names.map((name) => library[name]);
  let after: ReturnType<typeof certifyBands>;
  try {
    for (const name of names) library[name] = () => 0.123;
    after = certifyBands(kernels, encloseProblem(small), proposal, 2);
  } finally {
    names.forEach((name, i) => {
      library[name] = kept[i];
    });
  }
  expect(after).toEqual(before);
});

test("a pseudopotential crystal at k and k + G: the same bands", () => {
  const [a, b] = [K, [K[0] - 1, K[1] + 2, K[2] + 1] as Vec3].map((k) =>
    enclosures(encloseBands(kernels, smallProblem, k, 2, { ecut: 6, reach: 1 })),
  );
  a!.forEach(({ lower, upper }, i) => {
    const other = b![i]!;
    expect(Math.max(lower, other.lower)).toBeLessThanOrEqual(Math.min(upper, other.upper));
    expect((other.upper - other.lower) / (upper - lower)).toBeLessThan(1.5);
    expect((other.upper - other.lower) / (upper - lower)).toBeGreaterThan(0.6);
  });
});

/** An atom without charge and local part: H = T + |p⟩h⟨p|, whose levels that feel p solve 1 + h Σ |p_G|²/(T_G − λ) = 0. */
test("one projector and nothing else: the secular equation's roots are enclosed, repulsive and attractive", () => {
  const silicon = triclinic.atoms[0]!.potential;
  for (const strength of [1.7, -0.8]) {
    const potential = { ...silicon, charge: 0, rloc: 0.5, c: [], channels: [{ r: 0.6, h: [[strength]] }] };
    const problem = encloseProblem({ ...small, atoms: [{ potential, position: [0.1, 0.2, 0.3] }] });
    const { waves } = waveSet(problem, K, 60); // beyond, |p|² is below e^{−40}
    const volume = 4.1 * 4.3 * 4.6;
    const weights = Array.from(waves.kinetic, (t) => projectorFourier(potential, 0, 1, Math.sqrt(2 * t)) ** 2 / (4 * Math.PI * volume)); // biome-ignore format: one formula
    const secular = (lambda: number): number =>
      weights.reduce((sum, w, i) => sum + (strength * w) / (waves.kinetic[i]! - lambda), 1);
    const roots: number[] = [];
    for (let i = strength < 0 ? -1 : 0; roots.length < 4; i++) {
      let [low, high] = [i < 0 ? waves.kinetic[0]! - 2 : waves.kinetic[i]!, waves.kinetic[i + 1]!];
      for (let step = 0; step < 100; step++) {
        const middle = (low + high) / 2;
        if (secular(middle) > 0 === strength > 0)
          high = middle; // rises between poles for h > 0, falls for h < 0
        else low = middle;
      }
      roots.push((low + high) / 2);
    }
    const rounding = 1e-12;
    enclosures(encloseBands(kernels, problem, K, 4, { ecut: 12, reach: 4 })).forEach(
      ({ lower, upper }, i) => {
        expect(lower).toBeLessThan(roots[i]! + rounding);
        expect(upper).toBeGreaterThan(roots[i]! - rounding);
        expect(upper - lower).toBeLessThan(1e-3);
      },
    );
    // p is felt: the lowest level is not the kinetic energy's
    expect(Math.abs(roots[0]! - waves.kinetic[0]!)).toBeGreaterThan(0.01);
  }
});

// Broken once: localTail answering 0, and the projectors' tails left out of it.
test("what H sends outside the set is below the stated tail, for vectors near the edge and deep inside", () => {
  const bare = { ...triclinic.atoms[1]!.potential, channels: [] };
  const local = encloseProblem({ ...small, atoms: [{ potential: bare, position: [0.6, 0.55, 0.85] }] });
  for (const problem of [gallium, local]) tailsHold(problem);
});

function tailsHold(problem: EnclosedProblem): void {
  const k: Vec3 = [0.1, -0.2, 0.3];
  const wide = waveSet(problem, k, 60);
  const rows = countBelow(wide.waves, 3);
  const vectors = new Float64Array(2 * rows * 3);
  vectors[0] = 1;
  vectors[2 * (rows + rows - 1)] = 1;
  for (let i = 0; i < rows; i++) vectors[2 * (2 * rows + i)] = 1 / (1 + i);
  const all = applyEnclosed(kernels, problem, wide, trialPanel(rows, 3, vectors));
  for (const outer of [25, 35]) {
    const set = waveSet(problem, k, outer);
    const inside = set.waves.count;
    const { tails } = applyEnclosed(kernels, problem, set, trialPanel(rows, 3, vectors));
    for (let j = 0; j < 3; j++) {
      let sum = 0;
      for (let i = inside; i < wide.waves.count; i++) {
        const at = 2 * (wide.waves.count * j + i);
        sum += all.values[at]! ** 2 + all.values[at + 1]! ** 2;
      }
      const seen = Math.sqrt(sum);
      expect(seen).toBeGreaterThan(1e-8);
      expect(tails[j]!).toBeGreaterThanOrEqual(seen);
    }
  }
}

// Broken once: projectorTails without the explicit part, and without the envelope.
test("sums of projectors outside a set are above the explicit ones of a larger set", () => {
  const problem = gallium;
  const k: Vec3 = [0.1, -0.2, 0.3];
  const wide = waveSet(problem, k, 60);
  for (const [outer, from] of [
    [25, 3],
    [35, 35],
  ] as const) {
    const set = waveSet(problem, k, outer);
    const start = countBelow(set.waves, from);
    set.tails(start).forEach((n2, c) => {
      const { l, first } = problem.channels[c]!;
      n2.forEach((stated, i) => {
        let sum = 0;
        for (let m = 0; m < 2 * l + 1; m++)
          for (let row = start; row < wide.waves.count; row++) {
            const at = 2 * (row + wide.panel.rows * (first + i * (2 * l + 1) + m));
            sum += wide.panel.values[at]! ** 2 + wide.panel.values[at + 1]! ** 2;
          }
        expect(stated).toBeGreaterThanOrEqual(sum * (1 - 1e-12));
        expect(sum).toBeGreaterThan(0);
      });
    });
  }
});

// Broken once: nonlocalDepth answering 0.
test("an indefinite h is below zero by no more than is charged for it", () => {
  const problem = gallium;
  const set = waveSet(problem, [0.1, -0.2, 0.3], 25);
  const n = set.waves.count;
  const { panel } = set;
  const start = countBelow(set.waves, 1);
  const depth = nonlocalDepth(problem.channels, set.tails(start));
  expect(depth).toBeGreaterThan(0);
  // QV_nlQ = p h pᴴ has the eigenvalues of R h Rᴴ and zeros, where pᴴp = RᴴR
  const columns = panel.columns;
  const lowest = kernels.scratch((take) => {
    const [p, gram] = [take(2 * (n - start) * columns), take(2 * columns * columns)];
    for (let c = 0; c < columns; c++)
      p.set(panel.values.subarray(2 * (n * c + start), 2 * n * (c + 1)), 2 * (n - start) * c);
    kernels.hermitianOverlap(columns, n - start, p, n - start, p, n - start, gram, columns);
    expect(kernels.cholesky(columns, gram, columns)).toBe(true);
    const [h, rh, rhr] = [take(2 * columns ** 2), take(2 * columns ** 2), take(2 * columns ** 2)];
    h.fill(0);
    for (const channel of problem.channels)
      for (let m = 0; m < 2 * channel.l + 1; m++)
        channel.h.forEach((row, i) => {
          row.forEach((value, j) => {
            const [a, b] = [i, j].map((q) => channel.first + q * (2 * channel.l + 1) + m);
            h[2 * (a! + columns * b!)] = value;
          });
        });
    kernels.gemm("N", "N", columns, columns, columns, 1, gram, columns, h, columns, 0, rh, columns);
    kernels.gemm("N", "C", columns, columns, columns, 1, rh, columns, gram, columns, 0, rhr, columns);
    return hermitianEigenpairs(kernels, columns, Float64Array.from(rhr)).values[0]!;
  });
  expect(lowest).toBeLessThan(-0.01); // it really is indefinite
  expect(-lowest).toBeLessThan(depth);
});

test("elimination with a false diagonal gives bounds above the exact values, with the true one below", () => {
  const problem = encloseProblem(cohenBergstresserSilicon);
  const set = waveSet(problem, GAMMA, 20);
  const nX = countBelow(set.waves, 3);
  const exact = reference.cohenBergstresser[0]!;
  const bounds = (diagonal: ComparisonDiagonal): number[] => {
    const { values, error } = schurMatrix(kernels, problem, set, nX, exact[4]!, diagonal);
    return hermitianEigenpairs(kernels, nX, values).values.map((value) => value - error);
  };
  const truth = bounds(comparisonDiagonal(kernels, problem, set, nX));
  // T alone leaves out what the potential lowers outside: nothing looks wrong but the comparison with the exact values
  const lie = bounds({ rows: set.waves.kinetic.slice(nX), far: set.waves.outside });
  for (const band of [1, 2, 3, 4]) {
    expect(truth[band]!).toBeLessThan(exact[band]!);
    expect(lie[band]!).toBeGreaterThan(exact[band]! + 1e-5);
  }
});

test("a shift ρ that is too high is refused by the whole certificate, whatever else is right", () => {
  const lie = (rho: number): BandProposal => ({ ...proposal, count: { ...proposal.count, rho } });
  expect(Array.isArray(certifyBands(kernels, smallProblem, lie(proposal.count.rho - 0.01), 2))).toBe(true);
  for (const more of [0.05, 0.5]) {
    expect(certifyBands(kernels, smallProblem, lie(proposal.count.rho + more), 2)).toMatchObject({
      kind: "not-certified",
    });
  }
});
