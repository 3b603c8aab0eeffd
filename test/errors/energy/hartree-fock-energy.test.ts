import { expect, test } from "vitest";
import { random } from "../../../src/common/random.ts";
import type { Vec3 } from "../../../src/common/vec3.ts";
import { encloseBands } from "../../../src/errors/enclose/enclose-bands.ts";
import {
  hartreeFockEnergyBelow,
  type WeightedBands,
} from "../../../src/errors/energy/hartree-fock-energy.ts";
import { encloseProblem } from "../../../src/errors/problem/enclosed-hamiltonian.ts";
import type { ExactProblem } from "../../../src/errors/problem/exact-problem.ts";
import type { FourierCoefficient } from "../../../src/errors/problem/mesh-potential.ts";
import { exact } from "../../../src/interval/sides.ts";
import { wasmKernelsSync } from "../../../src/kernels/wasm/wasm.ts";
import { triclinic } from "../crystals.ts";

const kernels = wasmKernelsSync();
const MESH: readonly (readonly [Vec3, number])[] = [
  [[0.25, 0.1, 0], 2],
  [[-0.25, 0.3, 0.4], 1],
];
const frozen = (coefficients: readonly FourierCoefficient[]) =>
  ({ kind: "frozen", lattice: triclinic.lattice, atoms: [], coefficients }) satisfies ExactProblem;
const pair = (g: Vec3, re: number, im: number): FourierCoefficient[] => [
  { g, re, im },
  { g: g.map((n) => 0 - n) as unknown as Vec3, re, im: -im },
];
const bandsOf = (problem: ExactProblem, nBands: number): WeightedBands[] =>
  MESH.map(([k, multiplicity]) => {
    const bands = encloseBands(kernels, encloseProblem(problem), k, nBands, { ecut: 3, reach: 4 });
    if (!Array.isArray(bands)) expect.fail(bands.reason);
    return { multiplicity, bands };
  });

/**
 * Electrons without nuclei: plane waves have a uniform density and no repulsion, so the energy is the kinetic one filled from
 * below: the exact minimum, since ½D is not negative.
 */
function exactEnergy(electrons: number): number {
  const { reciprocal } = encloseProblem(frozen([]));
  const levels = MESH.flatMap(([k, multiplicity]) =>
    Array.from({ length: 343 }, (_, i) => {
      const [x, y, z] = [(i % 7) - 3, (Math.floor(i / 7) % 7) - 3, Math.floor(i / 49) - 3];
      return { energy: reciprocal.kinetic(k, x, y, z).value, multiplicity };
    }),
  ).sort((a, b) => a.energy - b.energy);
  let [left, sum] = [electrons * 3, 0];
  for (const { energy, multiplicity } of levels) {
    const filling = Math.min(left, 2 * multiplicity);
    sum += filling * energy;
    left -= filling;
  }
  return sum / 3;
}

// Broken once: half of the self-repulsion, and the mean of V₀ left in.
test("free electrons: no potential gives a bound above the exact energy, and none is the best", () => {
  const { normal } = random(8);
  for (const electrons of [2, 5]) {
    const exact = exactEnergy(electrons);
    const best = hartreeFockEnergyBelow(frozen([]), bandsOf(frozen([]), 5), electrons);
    if (best.kind !== "bound") expect.fail(best.reason);
    expect(best.lower).toBeLessThanOrEqual(exact + 1e-13);
    expect(exact - best.lower).toBeLessThan(1e-9);
    for (const size of [0.003, 0.1]) {
      const v = frozen([
        { g: [0, 0, 0], re: normal(), im: 0 },
        ...pair([1, 0, 0], size * normal(), size * normal()),
        ...pair([0, 1, -1], size * normal(), size * normal()),
        ...pair([1, 1, 1], size * normal(), 0),
      ]);
      const bound = hartreeFockEnergyBelow(v, bandsOf(v, 5), electrons);
      if (bound.kind !== "bound") expect.fail(bound.reason);
      expect(bound.lower).toBeLessThan(exact);
      // the distance is of second order in V₀
      expect(exact - bound.lower).toBeLessThan(3000 * size * size + 1e-4);
    }
  }
});

test("the repulsion taken off is ½∫ρ₀V₀: 2π²v² for V₀ = 2v cos x in a cube of 2π", () => {
  const lattice = [[2 * Math.PI, 0, 0], [0, 2 * Math.PI, 0], [0, 0, 2 * Math.PI]] as const; // biome-ignore format: a matrix
  const points = [{ multiplicity: 1, bands: [{ lower: exact(1) }, { lower: exact(2) }] }];
  const bound = hartreeFockEnergyBelow({ ...frozen(pair([1, 0, 0], 0.3, 0)), lattice }, points, 2);
  if (bound.kind !== "bound") expect.fail(bound.reason);
  expect(Math.abs(bound.lower - (2 - 2 * Math.PI ** 2 * 0.09))).toBeLessThan(1e-13);
});

test("levels that are not known to be above the filled ones leave the bound open", () => {
  const two = bandsOf(frozen([]), 2);
  expect(hartreeFockEnergyBelow(frozen([]), two, 8)).toMatchObject({ kind: "not-certified" });
  expect(hartreeFockEnergyBelow(frozen([]), two, 4)).toMatchObject({
    reason: expect.stringContaining("more bands"),
  });
  expect(() => hartreeFockEnergyBelow(frozen([]), two, 2.5)).toThrow(/electrons/);
  const many = two.map((point) => ({ ...point, multiplicity: 2 ** 52 }));
  expect(() => hartreeFockEnergyBelow(frozen([]), many, 2)).toThrow(/must multiply exactly/);
  expect(() => hartreeFockEnergyBelow(frozen([]), [], 2)).toThrow(/k-point/);
});
