import { random } from "../../../src/common/random.ts";
import type { Vec3 } from "../../../src/common/vec3.ts";
import { trialPanel } from "../../../src/errors/apply/trial-panel.ts";
import type { FilledOrbitals } from "../../../src/errors/energy/filled-density.ts";
import { encloseProblem } from "../../../src/errors/problem/enclosed-hamiltonian.ts";
import type { ExactProblem } from "../../../src/errors/problem/exact-problem.ts";
import type { FourierCoefficient } from "../../../src/errors/problem/mesh-potential.ts";
import { planeWavesBelow } from "../../../src/errors/problem/reciprocal.ts";
import { triclinic } from "../crystals.ts";

export type Frozen = Extract<ExactProblem, { kind: "frozen" }>;

/** Electrons without nuclei in a potential. */
export const frozen = (coefficients: readonly FourierCoefficient[]): Frozen => ({
  kind: "frozen",
  lattice: triclinic.lattice,
  atoms: [],
  coefficients,
});

export const pair = (g: Vec3, re: number, im: number): FourierCoefficient[] => [
  { g, re, im },
  { g: g.map((n) => 0 - n) as unknown as Vec3, re, im: 0 - im },
];

export const reciprocal = encloseProblem(frozen([])).reciprocal;
export const volume = (reciprocal.volume.lo + reciprocal.volume.hi) / 2;
const kinetic = (k: Vec3, g: readonly number[]): number => reciprocal.kinetic(k, g[0]!, g[1]!, g[2]!).value;

/** ½|k+G|² of the waves near, ascending: the levels of electrons in no potential. */
export const freeLevels = (k: Vec3): number[] =>
  Array.from({ length: 343 }, (_, i) =>
    kinetic(k, [(i % 7) - 3, (Math.floor(i / 7) % 7) - 3, Math.floor(i / 49) - 3]),
  ).sort((a, b) => a - b);

/** Orbitals of one k-point, two electrons in each: orthonormal, and the same space by other vectors. */
export interface State {
  readonly k: Vec3;
  readonly multiplicity: number;
  readonly cutoff: number;
  readonly waves: FilledOrbitals["waves"] & { readonly count: number };
  readonly orthonormal: readonly Float64Array[];
}

/** Random orbitals on the plane waves below a cutoff, the longer ones smaller. */
export function randomState(
  k: Vec3,
  multiplicity: number,
  orbitals: number,
  seed: number,
  cutoff = 3,
): State {
  const { normal } = random(seed);
  const waves = planeWavesBelow(reciprocal, k, cutoff);
  const orthonormal: Float64Array[] = [];
  for (let j = 0; j < orbitals; j++) {
    const v = Float64Array.from({ length: 2 * waves.count }, (_, i) => normal() / (1 + (i >> 1)));
    for (let round = 0; round < 2; round++)
      for (const w of orthonormal) {
        let [re, im] = [0, 0];
        for (let i = 0; i < v.length; i += 2) {
          re += w[i]! * v[i]! + w[i + 1]! * v[i + 1]!;
          im += w[i]! * v[i + 1]! - w[i + 1]! * v[i]!;
        }
        for (let i = 0; i < v.length; i += 2) {
          v[i]! -= re * w[i]! - im * w[i + 1]!;
          v[i + 1]! -= re * w[i + 1]! + im * w[i]!;
        }
      }
    const size = Math.hypot(...v);
    orthonormal.push(v.map((x) => x / size));
  }
  return { k, multiplicity, cutoff, waves, orthonormal };
}

/** u_i ← u_i + skew Σ_{j<i} u_j, times 1 + stretch: the space stays. */
export function panelOf({ waves, orthonormal }: State, skew = 0, stretch = 0) {
  const data = new Float64Array(2 * waves.count * orthonormal.length);
  orthonormal.forEach((_, i) => {
    for (let j = 0; j <= i; j++)
      orthonormal[j]!.forEach((x, at) => {
        data[2 * waves.count * i + at]! += (1 + stretch) * (j === i ? 1 : skew) * x;
      });
  });
  return trialPanel(waves.count, orthonormal.length, data);
}

/** Σ w 2⟨u, Tu⟩ in plain numbers [Ha]. */
export function kineticEnergy(states: readonly State[]): number {
  const mesh = states.reduce((sum, { multiplicity }) => sum + multiplicity, 0);
  let sum = 0;
  for (const { k, multiplicity, waves, orthonormal } of states)
    for (const u of orthonormal)
      for (let i = 0; i < waves.count; i++)
        sum +=
          ((2 * multiplicity) / mesh) *
          kinetic(k, [...waves.g.subarray(3 * i, 3 * i + 3)]) *
          (u[2 * i]! ** 2 + u[2 * i + 1]! ** 2);
  return sum;
}

/** D(ρ−ρ₀, ρ−ρ₀) in plain numbers, n_G summed over pairs of waves [Ha]. */
export function distance2(states: readonly State[], potential: readonly FourierCoefficient[] = []): number {
  const mesh = states.reduce((sum, { multiplicity }) => sum + multiplicity, 0);
  const found = new Map<string, [number, number]>();
  const at = (g: readonly number[]) => {
    const key = g.map((n) => n + 0).join();
    if (!found.has(key)) found.set(key, [0, 0]);
    return found.get(key)!;
  };
  for (const { multiplicity, waves, orthonormal } of states)
    for (const u of orthonormal)
      for (let i = 0; i < waves.count; i++)
        for (let j = 0; j < waves.count; j++) {
          const n = at([0, 1, 2].map((c) => waves.g[3 * i + c]! - waves.g[3 * j + c]!));
          const weight = (2 * multiplicity) / mesh;
          n[0] += weight * (u[2 * i]! * u[2 * j]! + u[2 * i + 1]! * u[2 * j + 1]!);
          n[1] += weight * (u[2 * i + 1]! * u[2 * j]! - u[2 * i]! * u[2 * j + 1]!);
        }
  for (const { g, re, im } of potential) {
    const factor = (volume / (4 * Math.PI)) * 2 * kinetic([0, 0, 0], g);
    const n = at(g);
    n[0] -= factor * re;
    n[1] -= factor * im;
  }
  let sum = 0;
  for (const [key, [re, im]] of found) {
    const g = key.split(",").map(Number);
    if (g.some((n) => n !== 0)) sum += (re * re + im * im) / (2 * kinetic([0, 0, 0], g));
  }
  return ((4 * Math.PI) / volume) * sum;
}

/** Orbitals at two k-points, the first of which counts twice, and a potential of their electrons. */
export const STATES = [randomState([0.25, 0.1, 0], 2, 2, 1), randomState([-0.25, 0.3, 0.4], 1, 2, 2)];
export const POTENTIAL = [
  { g: [0, 0, 0] as const, re: 0.3, im: 0 },
  ...pair([1, 0, 0], 0.2, -0.1),
  ...pair([0, -1, 1], -0.05, 0.03),
  // beyond the density of these orbitals
  ...pair([9, 0, 0], 0.01, 0.02),
];
