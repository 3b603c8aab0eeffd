import { describe, expect, test } from "vitest";
import { createGrid, type Grid } from "../../src/basis/grid.ts";
import { random } from "../../src/common/random.ts";
import { dot, type Mat3, rowsVec, type Vec3 } from "../../src/common/vec3.ts";
import type { Functional } from "../../src/functionals/functional.ts";
import { functionals } from "../../src/functionals/functionals.ts";
import { asRealField, dotReal, type RealField, spinComponent } from "../../src/kernels/fields.ts";
import type { GridSize } from "../../src/kernels/kernels.ts";
import { referenceKernels } from "../../src/kernels/reference.ts";
import { createLattice } from "../../src/model/lattice.ts";
import { exchangeCorrelation } from "../../src/terms/xc/exchange-correlation.ts";
import { close, closeArrays, notTiny } from "../close.ts";

const TRICLINIC: Mat3 = [[6, 0, 0], [1, 5, 0], [-2, 0.5, 7]]; // biome-ignore format: a matrix
const gridOf = (size: GridSize) => createGrid(createLattice(TRICLINIC), size, referenceKernels());
const SIZES: GridSize[] = [[8, 6, 10], [7, 9, 5], [6, 7, 4]]; // biome-ignore format: sizes

/** Positive and rough: every frequency of the grid has its share, the highest ones too. */
function density(length: number, seed: number): RealField {
  const { uniform } = random(seed);
  return asRealField(Float64Array.from({ length }, () => 0.05 + 0.1 * uniform()));
}
function direction(length: number, seed: number): RealField {
  const { normal } = random(seed);
  return asRealField(Float64Array.from({ length }, () => 0.01 * normal()));
}
/** cos(2π n·r) at the points. */
function wave({ size: [nx, ny, nz], points }: Grid, n: Vec3, phase = 0): RealField {
  return asRealField(
    Float64Array.from({ length: points }, (_, i) => {
      const r: Vec3 = [(i % nx) / nx, (Math.floor(i / nx) % ny) / ny, Math.floor(i / (nx * ny)) / nz];
      return Math.cos(2 * Math.PI * dot(n, r) + phase);
    }),
  );
}

/** e = Σ σ, whose energy is ∫|∇ρ|² and whose potential is −2∇²ρ. */
const squaredGradient: Functional = {
  name: "squared gradient",
  kind: "gga",
  evaluate(nSpin, rho, sigma, { energy, vsigma }) {
    const n = rho.length / nSpin;
    const weights = nSpin === 1 ? [1] : [1, 2, 1];
    weights.forEach((weight, pair) => {
      for (let r = 0; r < n; r++) {
        energy[r]! += weight * sigma![pair * n + r]!;
        vsigma![pair * n + r]! += weight;
      }
    });
  },
};

describe("exchangeCorrelation", () => {
  for (const name of ["lda-pw92", "pbe"])
    for (const nSpin of [1, 2] as const)
      test(`${name} potential is the exact derivative of its energy on the grid, nSpin ${nSpin}`, () => {
        for (const size of SIZES) {
          const grid = gridOf(size);
          const term = exchangeCorrelation(grid, functionals(name), nSpin);
          const rho = density(nSpin * grid.points, 1);
          const step = direction(nSpin * grid.points, 2);
          const energy = (t: number) =>
            term.evaluate(asRealField(rho.map((x, i) => x + t * step[i]!))).energy;
          const h = 5e-3;
          const slope = (8 * (energy(h) - energy(-h)) - (energy(2 * h) - energy(-2 * h))) / (12 * h);
          const expected = grid.dvol * dotReal(term.evaluate(rho).potential, step);
          expect(Math.abs(expected)).toBeGreaterThan(1e-3);
          // The h⁴ error; rounding of E ≈ 10 Ha over h is smaller.
          close(slope, expected, 1e-11, `${size}`);
        }
      });

  test("with gradients is exact for a wave: ∫|∇ρ|² = ½|G|²Ω and −2∇²ρ = 2|G|²ρ", () => {
    const grid = gridOf([8, 6, 10]);
    const n: Vec3 = [2, -1, 3];
    const g = rowsVec(grid.lattice.reciprocal, n);
    const rho = wave(grid, n, 0.3);
    const { energy, potential } = exchangeCorrelation(grid, [squaredGradient], 1).evaluate(rho);
    close(energy, 0.5 * dot(g, g) * grid.lattice.volume, 1e-10);
    closeArrays(potential, rho.map((x) => 2 * dot(g, g) * x), 1e-11); // biome-ignore format: one line
  });

  test("takes the derivative along an axis as zero at its highest even frequency, and only along it", () => {
    const grid = gridOf([8, 6, 10]);
    // cos(2π(4x + y)): along x it alternates; what is left is the wave of b2.
    const b2 = grid.lattice.reciprocal[1];
    const rho = wave(grid, [4, 1, 0]);
    const { energy } = exchangeCorrelation(grid, [squaredGradient], 1).evaluate(rho);
    close(energy, 0.5 * dot(b2, b2) * grid.lattice.volume, 1e-11);
  });

  test("with equal spins is the unpolarised one", () => {
    const grid = gridOf([7, 6, 5]);
    const rho = density(grid.points, 3);
    const halves = asRealField(new Float64Array(2 * grid.points));
    for (const s of [0, 1]) spinComponent(halves, s, grid.points).set(rho.map((x) => x / 2));
    for (const list of [functionals("lda-pw92"), functionals("pbe"), [squaredGradient]]) {
      const one = exchangeCorrelation(grid, list, 1).evaluate(rho);
      const two = exchangeCorrelation(grid, list, 2).evaluate(halves);
      notTiny(one.potential, 0.1);
      close(two.energy, one.energy, 1e-12 * Math.abs(one.energy));
      closeArrays(two.potential, [...one.potential, ...one.potential], 1e-12);
    }
  });

  test("of a uniform density is Slater's −(3/4)(3/π)^{1/3} n^{4/3} per volume, also for PBE exchange", () => {
    const grid = gridOf([4, 6, 5]);
    const rho = asRealField(new Float64Array(grid.points).fill(0.03));
    const slater = -0.75 * Math.cbrt(3 / Math.PI) * 0.03 ** (4 / 3);
    for (const name of ["lda_x", "gga_x_pbe"]) {
      const { energy, potential } = exchangeCorrelation(grid, functionals([name]), 1).evaluate(rho);
      close(energy, slater * grid.lattice.volume, 1e-13, name);
      closeArrays(potential, new Float64Array(grid.points).fill(((4 / 3) * slater) / 0.03), 1e-14, name);
    }
  });

  test("swaps its potentials when the spins are swapped", () => {
    const grid = gridOf([6, 5, 4]);
    const { points } = grid;
    const rho = density(2 * points, 5);
    const swap = (f: RealField) =>
      asRealField(Float64Array.from([...f.subarray(points), ...f.subarray(0, points)]));
    const term = exchangeCorrelation(grid, functionals("pbe"), 2);
    const { energy, potential } = term.evaluate(rho);
    const swapped = term.evaluate(swap(rho));
    expect(Math.abs(potential[0]! - potential[points]!)).toBeGreaterThan(1e-3);
    close(swapped.energy, energy, 1e-13 * Math.abs(energy));
    closeArrays(swap(swapped.potential), potential, 1e-13);
  });

  test("moves with a density moved by grid points", () => {
    const grid = gridOf([6, 5, 4]);
    const { points } = grid;
    const shift = (f: RealField) => asRealField(f.map((_, i) => f[6 * Math.floor(i / 6) + ((i + 2) % 6)]!));
    const rho = density(points, 6);
    const term = exchangeCorrelation(grid, functionals("pbe"), 1);
    const { energy, potential } = term.evaluate(rho);
    const moved = term.evaluate(shift(rho));
    notTiny(
      Float64Array.from(potential, (v, i) => v - moved.potential[i]!),
      1e-3,
    );
    close(moved.energy, energy, 1e-13 * Math.abs(energy));
    closeArrays(moved.potential, shift(potential), 1e-13);
  });

  test("keeps no state from one density to the next", () => {
    const grid = gridOf([6, 5, 4]);
    const term = exchangeCorrelation(grid, functionals("pbe"), 1);
    const first = term.evaluate(density(grid.points, 7));
    const copy = first.potential.slice();
    term.evaluate(density(grid.points, 8));
    expect(first.potential).toEqual(copy);
    const again = term.evaluate(density(grid.points, 7));
    expect(again.energy).toBe(first.energy);
    expect(again.potential).toEqual(first.potential);
  });

  test("refuses an empty list of functionals", () => {
    expect(() => exchangeCorrelation(gridOf([4, 4, 4]), [], 1)).toThrow(/at least one functional, got none/);
  });
});
