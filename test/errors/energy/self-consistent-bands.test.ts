import { expect, test } from "vitest";
import { random } from "../../../src/common/random.ts";
import type { Mat3, Vec3 } from "../../../src/common/vec3.ts";
import { encloseBands } from "../../../src/errors/enclose/enclose-bands.ts";
import {
  inverseFourths,
  orbitalNorm,
  potentialDepth,
  selfConsistentBands,
} from "../../../src/errors/energy/self-consistent-bands.ts";
import { encloseProblem } from "../../../src/errors/problem/enclosed-hamiltonian.ts";
import { encloseReciprocal } from "../../../src/errors/problem/reciprocal.ts";
import { exact, provedAbove } from "../../../src/interval/sides.ts";
import { wasmKernelsSync } from "../../../src/kernels/wasm/wasm.ts";
import { CELL, K, oneProjector } from "../one-projector.ts";
import {
  distance2,
  freeLevels,
  frozen,
  kineticEnergy,
  pair,
  randomState,
  reciprocal,
  type State,
  volume,
} from "./states.ts";

const kernels = wasmKernelsSync();
/** |G|² of the reciprocal lattice up to a radius, without G = 0. */
function squares(of: typeof reciprocal, radius: number): number[] {
  const reach = of.lengthsOver2Pi.map((length) => Math.ceil(length * radius));
  const found: number[] = [];
  for (let x = -reach[0]!; x <= reach[0]!; x++)
    for (let y = -reach[1]!; y <= reach[1]!; y++)
      for (let z = -reach[2]!; z <= reach[2]!; z++) {
        const square = 2 * of.kinetic([0, 0, 0], x, y, z).value;
        if (square > 1e-12 && square <= radius * radius) found.push(square);
      }
  return found;
}

/** One orbital with t near a size, its coefficients positive, as a density in one place has them. */
function gathered(k: Vec3, width: number): State {
  const state = randomState(k, 1, 1, 1, 5);
  const u = Float64Array.from({ length: 2 * state.waves.count }, (_, i) =>
    i % 2 === 1
      ? 0
      : Math.exp(-width * reciprocal.kinetic(k, state.waves.g[(3 * i) / 2]!, state.waves.g[(3 * i) / 2 + 1]!, state.waves.g[(3 * i) / 2 + 2]!).value),
  ); // biome-ignore format: a vector
  const size = Math.hypot(...u);
  return { ...state, orthonormal: [u.map((x) => x / size)] };
}
/** The Coulomb norm of |u|² and t: sums in states.ts are of two electrons. */
const normOf = (state: State) => Math.sqrt(distance2([state])) / 2;
const kineticOf = (state: State) => kineticEnergy([state]) / 2;

test("Lemma 12: densities of orbitals, gathered in one place or not, are no longer than their kinetic energy allows", () => {
  let longest = 0;
  const states = [
    ...[0.1, 0.4, 2].flatMap((width) => [gathered([0, 0, 0], width), gathered([0.25, 0.4, -0.1], width)]),
    ...[1, 2, 3].map((seed) => randomState([0.1, 0.2, 0.3], 1, 1, seed, 1 + seed)),
  ];
  for (const state of states) {
    const [norm, t] = [normOf(state), kineticOf(state)];
    for (const typical of [0.05, t, 4]) {
      const { alpha, beta } = orbitalNorm(reciprocal, typical);
      expect(norm).toBeLessThan(alpha + beta * t);
      if (typical === t) longest = Math.max(longest, norm / (alpha + beta * t));
    }
  }
  expect(longest).toBeGreaterThan(0.3);
});

// Seen red: each sum, the factor 8 and what lies beyond the listed waves left out.
test("α + βt is above √(a + bt) for every t, and near it at the typical one", () => {
  for (const typical of [0.02, 0.5, 16]) {
    const { alpha, beta } = orbitalNorm(reciprocal, typical);
    const radius = 3 * Math.sqrt(8 * typical) + 20 * reciprocal.coveringRadius;
    const all = squares(reciprocal, radius);
    const near = all.filter((square) => square <= 8 * typical);
    const factor = (4 * Math.PI) / volume;
    const a = factor * near.reduce((sum, square) => sum + 1 / square, 0);
    const listed = all
      .filter((square) => square > 8 * typical)
      .reduce((sum, square) => sum + 1 / square ** 2, 0);
    for (const t of [0, typical / 10, typical, 10 * typical])
      expect(alpha + beta * t).toBeGreaterThan(Math.sqrt(a + 8 * factor * listed * t));
    const whole = listed + (4 * Math.PI * volume) / (2 * Math.PI) ** 3 / radius;
    expect(alpha + beta * typical).toBeLessThan(1.1 * Math.sqrt(a + 8 * factor * whole * typical));
  }
});

// Seen red: without a limit, refused for more plane waves than a process can hold.
test("in a large cell, or for a large t, fewer waves make a bound that is less sharp, and one all the same", () => {
  const large = encloseReciprocal([[30, 0, 0], [0, 30, 0], [0, 0, 30]]); // biome-ignore format: a matrix
  for (const typical of [20, 1e5]) {
    const { alpha, beta } = orbitalNorm(large, typical);
    const norm = Math.sqrt(3.6 * Math.sqrt(typical)); // of an infinite cell
    expect(alpha + beta * typical).toBeGreaterThan(0.9 * norm);
    expect(alpha + beta * typical).toBeLessThan(20 * norm);
  }
});

// Seen red: refused for more plane waves than can be listed, and the energy with the levels.
test("of a plate that has too many waves in any sphere no bound is known", () => {
  const plate = encloseReciprocal([[500, 0, 0], [0, 500, 0], [0, 0, 1]]); // biome-ignore format: a matrix
  expect(orbitalNorm(plate, 1)).toEqual({ alpha: Infinity, beta: Infinity });
});

// Seen red: R in place of R − 2δ; each of the three terms left out.
test("the sum of |G|⁻⁴ from a radius on is below its bound, from just outside 2δ", () => {
  const needle: Mat3 = [[2 * Math.PI, 0, 0], [0, 2 * Math.PI, 0], [0, 0, Math.PI / 4]]; // biome-ignore format: a matrix
  for (const lattice of [CELL, needle]) {
    const lengths = encloseReciprocal(lattice);
    const delta = lengths.coveringRadius;
    const all = squares(lengths, 30 * delta);
    for (const radius of [2.05 * delta, 2.3 * delta, 3 * delta, 5 * delta]) {
      const sum = all
        .filter((square) => square >= radius * radius)
        .reduce((total, square) => total + 1 / square ** 2, 0);
      const bound = inverseFourths(lengths, exact(radius));
      expect(bound).toBeGreaterThan(sum);
      // ∫_A^∞ (s+δ)² s⁻⁴ ds = A⁻³ ∫₀¹ (A+δx)² dx, by Simpson's rule, which is exact for it
      const from = radius - 2 * delta;
      const integral = (from ** 2 + 4 * (from + delta / 2) ** 2 + (from + delta) ** 2) / 6 / from ** 3;
      expect((bound * lengths.reciprocalVolume.lo) / (4 * Math.PI) / integral).toBeCloseTo(1, 9);
    }
  }
});

/** ⟨u,Vu⟩ of a real potential. */
function potentialEnergy({ waves, orthonormal: [u] }: State, potential: ReturnType<typeof pair>): number {
  const place = new Map(
    Array.from({ length: waves.count }, (_, i) => [waves.g.subarray(3 * i, 3 * i + 3).join(), i]),
  );
  let sum = 0;
  for (const { g, re, im } of potential)
    for (let i = 0; i < waves.count; i++) {
      const j = place.get([0, 1, 2].map((c) => waves.g[3 * i + c]! - g[c]!).join());
      if (j === undefined) continue;
      const [x, y] = [
        u![2 * i]! * u![2 * j]! + u![2 * i + 1]! * u![2 * j + 1]!,
        u![2 * i]! * u![2 * j + 1]! - u![2 * i + 1]! * u![2 * j]!,
      ]; // ū_i u_j
      sum += re * x - im * y;
    }
  return sum;
}

test("Theorem 6: the potential of a density is between its norm times α + βT, and that times α + β(H + C)", () => {
  const { normal } = random(4);
  const potential = () => [[1, 0, 0], [0, 1, -1], [1, 1, 0], [0, 0, 2]].flatMap((g) => pair(g as unknown as Vec3, 0.3 * normal(), 0.3 * normal())); // biome-ignore format: a list
  let largest = 0;
  for (let trial = 0; trial < 40; trial++) {
    const state =
      trial % 2 === 0
        ? gathered([0.1, 0, 0.2], 0.1 + 0.1 * trial)
        : randomState([0.1, 0, 0.2], 1, 1, trial, 4);
    const [change, stored] = [potential(), potential()];
    const norm = Math.sqrt(distance2([], change));
    const problem = encloseProblem(frozen(stored));
    const depth = potentialDepth(problem, state.k, 4);
    const t = kineticOf(state);
    const h = t + potentialEnergy(state, stored);
    const { alpha, beta } = orbitalNorm(problem.reciprocal, 1);
    const energy = Math.abs(potentialEnergy(state, change));
    expect(energy).toBeLessThan(norm * (alpha + beta * t));
    expect(t).toBeLessThanOrEqual(h + depth + 1e-12);
    largest = Math.max(largest, energy / (norm * (alpha + beta * t)));
  }
  expect(largest).toBeGreaterThan(0.1);
});

// Seen red: the projectors left out.
test("the potential is not deeper than C: a single deep projector, and one that repels", () => {
  const problem = oneProjector(-3, 0.6);
  const depth = potentialDepth(problem, K, 20);
  const bands = encloseBands(kernels, problem, K, 1, { ecut: 10, reach: 2 });
  if (!Array.isArray(bands)) expect.fail(bands.reason);
  // T ≥ its least, so that the lowest level cannot lie deeper
  expect(bands[0]!.lower).toBeGreaterThan(-depth);
  expect(bands[0]!.upper).toBeLessThan(0);
  expect(potentialDepth(oneProjector(3, 0.6), K, 20)).toBeLessThan(1e-100);
});

/** Two electrons without nuclei at one k: the density of least energy is uniform, and the operator T. */
// Seen red: the mean of the potential kept, either end without its change, α or β left out.
test("levels of electrons without nuclei from those in a potential that is not theirs", () => {
  const k: Vec3 = [0.25, 0.1, 0];
  const stored = [
    { g: [0, 0, 0] as const, re: 0.1, im: 0 },
    ...pair([1, 0, 0], 0.004, -0.002),
    ...pair([0, -1, 1], 0.003, 0),
  ];
  const problem = encloseProblem(frozen(stored));
  const bands = encloseBands(kernels, problem, k, 4, { ecut: 6 });
  if (!Array.isArray(bands)) expect.fail(bands.reason);
  const truth = freeLevels(k).slice(0, 4);
  const norm = provedAbove(Math.sqrt(distance2([], stored.slice(1))) * (1 + 1e-12));
  const depth = potentialDepth(problem, k, 6);
  const [levels] = selfConsistentBands(problem, [{ levels: bands, depth }], norm)!;
  const { alpha, beta } = orbitalNorm(problem.reciprocal, bands[3]!.upper - 0.1 + depth);
  levels!.forEach(({ lower, upper }, i) => {
    expect(lower).toBeLessThan(truth[i]!);
    expect(upper).toBeGreaterThan(truth[i]!);
    const { lower: low, upper: high } = bands[i]!;
    const change = (level: number) => norm * (alpha + beta * (level + depth));
    expect(lower).toBeCloseTo(low - 0.1 - change(low - 0.1), 12);
    expect(upper).toBeCloseTo(high - 0.1 + change(high - 0.1), 12);
  });
  // what is nearer to the density is nearer to the levels; what is too far says nothing
  const [near] = selfConsistentBands(problem, [{ levels: bands, depth }], exact(norm / 10))!;
  expect(near![0]!.upper - near![0]!.lower).toBeLessThan(0.11 * (levels![0]!.upper - levels![0]!.lower));
  expect(selfConsistentBands(problem, [{ levels: bands, depth }], exact(1.01 / beta))).toBeUndefined();
});
