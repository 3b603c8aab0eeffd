import { expect, test } from "vitest";
import { findGth } from "../../../src/atoms/gth/gth-table.ts";
import type { GthPotential } from "../../../src/atoms/pseudopotential.ts";
import { localFourierAt0Correction } from "../../../src/atoms/pseudopotential-formulas.ts";
import type { Mat3, Vec3 } from "../../../src/common/vec3.ts";
import { ionEnergy } from "../../../src/errors/energy/ion-energy.ts";
import type { CoreAtom, ExactProblem } from "../../../src/errors/problem/exact-problem.ts";
import { createLattice } from "../../../src/model/lattice.ts";
import { ewald } from "../../../src/terms/ewald/ewald.ts";
import { coreSilicon } from "../crystals.ts";

const cube = (a: number): Mat3 => [[a, 0, 0], [0, a, 0], [0, 0, a]]; // biome-ignore format: a matrix
const atom = (charge: number, position: Vec3): CoreAtom => ({
  position,
  potential: { ...findGth("H", "gth-lda"), charge, rloc: 0.2, c: [], channels: [] },
});
const core = (lattice: Mat3, atoms: readonly CoreAtom[]) => ({ kind: "core", lattice, atoms }) as const;

// Broken once: each of the sums, the self-energy, the background, the mean of the potentials.
test("crystals and molecules: the interval holds Ewald's sum in plain numbers, and is narrow", () => {
  const hydrogen = core(cube(4), [atom(1, [0.3, 0.5, 0.5]), atom(1, [0.7, 0.5, 0.5])]);
  const slanted = core([[5, 0, 0], [3, 3, 0], [-2, 1, 4]], [atom(3, [0.1, 0.2, 0.3]), atom(2, [0.6, 0.7, 0.8])]); // biome-ignore format: a matrix
  for (const [problem, electrons] of [
    [coreSilicon as Extract<ExactProblem, { kind: "core" }>, 8],
    [hydrogen, 2],
    [slanted, 4],
    [core(cube(7), [atom(2, [0, 0, 0])]), 2],
  ] as const) {
    const lattice = createLattice(problem.lattice);
    const charges = problem.atoms.map(({ potential }) => potential.charge);
    const positions = problem.atoms.map(({ position }) => position);
    const means = problem.atoms.reduce(
      (sum, { potential }) => sum + localFourierAt0Correction(potential as GthPotential),
      0,
    );
    const plain = ewald({ lattice, charges, positions }).energy + (electrons / lattice.volume) * means;
    const { lo, hi } = ionEnergy(problem, electrons);
    expect(lo).toBeLessThan(plain + 1e-12);
    expect(hi).toBeGreaterThan(plain - 1e-12);
    expect(hi - lo).toBeLessThan(1e-10);
    // where the sum of erfc is not small, its bound holds it
    const wide = ionEnergy(problem, electrons, 1);
    expect(wide.lo).toBeLessThan(plain);
    expect(wide.hi).toBeGreaterThan(plain);
    expect(wide.hi - wide.lo).toBeLessThan(20);
  }
});

test("a simple cube has the energy of Wigner's crystal, −2.837297479 Z²/2a", () => {
  const { lo, hi } = ionEnergy(core(cube(3), [atom(2, [0.3, 0.1, 0.7])]), 0);
  expect(lo).toBeLessThan((-2.8372974794 * 4) / 6 + 1e-9);
  expect(hi).toBeGreaterThan((-2.8372974795 * 4) / 6 - 1e-9);
});

// Seen red: the pairs not counted, which then take minutes.
test("sums that would not end are refused before they begin", () => {
  const many = Array.from({ length: 400 }, (_, i) => atom(1, [i / 400, 0, 0]));
  expect(() => ionEnergy(core(cube(900), many), 400)).toThrow(/^atoms: must have at most 2e\+7 pairs/);
});

test("two atoms at one place are refused, also across the cell", () => {
  const both = [atom(1, [0, 0, 0]), atom(1, [1, 0, 0])];
  expect(() => ionEnergy(core(cube(5), both), 2)).toThrow(/certainly apart, got atoms/);
});
