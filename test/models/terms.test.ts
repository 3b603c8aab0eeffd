import { describe, expect, test } from "vitest";
import { createGrid } from "../../src/basis/grid.ts";
import { asRealField, newRealField, type RealField } from "../../src/kernels/fields.ts";
import { wasmKernelsSync } from "../../src/kernels/wasm/wasm.ts";
import { cellLattice } from "../../src/model/lattice.ts";
import { externalFromFourier, externalPotential } from "../../src/terms/external/external.ts";
import { hartree } from "../../src/terms/hartree/hartree.ts";
import { pairInteraction, yukawa } from "../../src/terms/hartree/pair-interaction.ts";
import { powerNonlinearity } from "../../src/terms/nonlinearity/nonlinearity.ts";
import type { DensityTerm } from "../../src/terms/term.ts";
import { close, closeArrays, notTiny } from "../close.ts";
import { noise, testGrid } from "../precond/laws.ts";

const grid = testGrid();
const positive = (length: number, seed: number): RealField =>
  asRealField(noise(length, seed).map((x) => 0.05 + 0.02 * Math.sin(x)));

/** The potential is the derivative of the energy: central differences, whose error is of the order t². */
function derivativeLaw(term: DensityTerm, length: number): void {
  const rho = positive(length, 1);
  const delta = noise(length, 2);
  const t = 1e-5;
  const at = (s: number) => term.evaluate(asRealField(rho.map((x, i) => x + s * delta[i]!))).energy;
  const { potential } = term.evaluate(rho);
  notTiny(potential, 1e-3);
  let product = 0;
  for (let i = 0; i < length; i++) product += grid.dvol * potential[i]! * delta[i]!;
  close((at(t) - at(-t)) / (2 * t), product, 1e-6 * Math.abs(product));
}

describe("the potential is the derivative of the energy", () => {
  test.each([1, 2] as const)("for a Yukawa interaction, nSpin %d", (nSpin) =>
    derivativeLaw(pairInteraction(grid, nSpin, yukawa(0.7)), nSpin * grid.points),
  );
  test.each([1.5, 2, 3])("for C ρ^%d", (power) =>
    derivativeLaw(powerNonlinearity(grid, { coefficient: 3, power }), grid.points),
  );
});

test("one wave in the density: E = ½ v(q) |ρ_q|² Ω/2", () => {
  const { points, gVectors, lattice } = grid;
  const wave = 3; // (3, 0, 0) on five points is (−2, 0, 0)
  const rho = newRealField(points);
  for (let r = 0; r < points; r++)
    rho[r] = 0.1 * Math.cos((2 * Math.PI * gVectors[3 * wave]! * (r % grid.size[0])) / grid.size[0]);
  const v = (g2: number) => 5 / (1 + g2);
  const { energy } = pairInteraction(grid, 1, v).evaluate(rho);
  const expected = 0.5 * v(grid.normG2[wave]!) * (0.1 ** 2 / 2) * lattice.volume;
  close(energy, expected, 1e-12 * expected);
});

test("a Yukawa interaction of long range is the Coulomb one, but for the mean", () => {
  const rho = positive(grid.points, 3);
  const mean = rho.reduce((sum, x) => sum + x, 0) / rho.length;
  const neutral = asRealField(rho.map((x) => x - mean));
  const coulomb = hartree(grid, 1).evaluate(neutral);
  const screened = pairInteraction(grid, 1, yukawa(1e-3)).evaluate(neutral);
  notTiny(coulomb.potential, 1e-2);
  closeArrays(screened.potential, coulomb.potential, 1e-5); // κ²/|G|², at least 0.1 bohr⁻² here
});

test("a Gaussian well given by its Fourier transform is the one given by its values", () => {
  const [side, s] = [12, 0.9];
  const line = createGrid(cellLattice([[side]]), [45, 1, 1], wasmKernelsSync());
  const centre = 3.7;
  const found = externalFromFourier(
    line,
    ([g]) => -2 * s * Math.sqrt(2 * Math.PI) * Math.exp(-((g * s) ** 2) / 2),
    [centre, 0, 0],
  );
  const expected = externalPotential(line, ([x]) => {
    let sum = 0;
    for (let image = -3; image <= 3; image++)
      sum -= 2 * Math.exp(-(((x - centre + image * side) / s) ** 2) / 2);
    return sum;
  });
  const rho = positive(line.points, 5);
  const { potential } = expected.evaluate(rho);
  notTiny(potential, 1);
  closeArrays(found.evaluate(rho).potential, potential, 1e-10); // waves beyond the grid: e^{−(11.5·0.9)²/2}
});

test("a density below zero is empty space for the nonlinearity", () => {
  const term = powerNonlinearity(grid, { coefficient: 2, power: 1.5 });
  const { energy, potential } = term.evaluate(newRealField(grid.points).fill(-1e-3) as RealField);
  expect(energy).toBe(0);
  expect(potential.every((x) => x === 0)).toBe(true);
});

test("what cannot be a term is refused", () => {
  expect(() => powerNonlinearity(grid, { coefficient: 1, power: 1 })).toThrow(/^powerNonlinearity:/);
  expect(() => yukawa(0)).toThrow(/^yukawa:/);
  expect(() => pairInteraction(grid, 1, (g2) => 1 / g2)).toThrow(
    /^pairInteraction: v\(\|G\|²\) must be finite/,
  );
});
