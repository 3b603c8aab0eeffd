import { describe, expect, test } from "vitest";
import { createGrid } from "../../src/basis/grid.ts";
import { random } from "../../src/common/random.ts";
import type { Mat3, Vec3 } from "../../src/common/vec3.ts";
import { asFourierField, asRealField, dotReal, type RealField } from "../../src/kernels/fields.ts";
import type { GridSize } from "../../src/kernels/kernels.ts";
import { referenceKernels } from "../../src/kernels/reference.ts";
import { createLattice } from "../../src/model/lattice.ts";
import { ewald } from "../../src/terms/ewald/ewald.ts";
import { hartree } from "../../src/terms/hartree/hartree.ts";
import { close, closeArrays, notTiny } from "../close.ts";

const TRICLINIC: Mat3 = [[6, 0, 0], [1, 5, 0], [-2, 0.5, 7]]; // biome-ignore format: a matrix
const gridOf = (size: GridSize, vectors = TRICLINIC) =>
  createGrid(createLattice(vectors), size, referenceKernels());

const randomField = (length: number, seed: number): RealField => {
  const { normal } = random(seed);
  return asRealField(Float64Array.from({ length }, normal));
};

describe("hartree", () => {
  test("potential is the derivative of its energy, on even and odd grids, with and without spin", () => {
    for (const size of [[8, 6, 10], [7, 9, 5]] as const) // biome-ignore format: sizes
      for (const nSpin of [1, 2] as const) {
        const grid = gridOf(size);
        const term = hartree(grid, nSpin);
        const rho = randomField(nSpin * grid.points, 1);
        const direction = randomField(nSpin * grid.points, 2);
        const along = (t: number) =>
          term.evaluate(asRealField(rho.map((x, i) => x + t * direction[i]!))).energy;
        const expected = grid.dvol * dotReal(term.evaluate(rho).potential, direction);
        expect(Math.abs(expected)).toBeGreaterThan(1e-2);
        // The energy is quadratic: the central difference is exact for any step.
        close((along(1) - along(-1)) / 2, expected, 1e-12 * Math.abs(along(1)), `${size} spin ${nSpin}`);
      }
  });

  test("potential of one wave is 4π/|G|² times the wave, and the mean does not count", () => {
    const grid = gridOf([8, 9, 10]);
    const [b1, b2, b3] = grid.lattice.reciprocal;
    const g = b1.map((_, c) => 2 * b1[c]! - b2[c]! + 3 * b3[c]!) as unknown as Vec3;
    const wave = asRealField(
      Float64Array.from({ length: grid.points }, (_, r) => {
        const [x, y, z] = [r % 8, Math.floor(r / 8) % 9, Math.floor(r / 72)];
        return Math.sin(2 * Math.PI * ((2 * x) / 8 - y / 9 + (3 * z) / 10));
      }),
    );
    const rho = asRealField(wave.map((x) => 5 + x));
    const coulomb = (4 * Math.PI) / (g[0] ** 2 + g[1] ** 2 + g[2] ** 2);
    notTiny(wave, 0.5);
    const { energy, potential } = hartree(grid, 1).evaluate(rho);
    closeArrays(potential, wave.map((x) => coulomb * x), 1e-13); // biome-ignore format: one line
    close(energy, (coulomb * grid.lattice.volume) / 4, 1e-12);
  });

  test("energy of narrow Gaussians is that of point charges, plus their self energy and background", () => {
    // Charges ρ(G) = Z e^{−G²l²} that do not overlap interact like points. Each has the energy Z²/(2√(2π) l) of its
    // own, and the finite width lets the mean of the potential, fixed at 0, rise by 4πl²Z/Ω.
    const size: GridSize = [48, 45, 54];
    const grid = gridOf(size);
    const { lattice, points, normG2, gVectors } = grid;
    const charges = [1, -0.6, 1.4];
    const positions: Vec3[] = [[0.1, 0.2, 0.3], [0.6, 0.7, 0.2], [0.4, 0.3, 0.8]]; // biome-ignore format: atoms
    const l = 0.21;
    const spectrum = new Float64Array(2 * points);
    for (let g = 0; g < points; g++)
      positions.forEach((x, i) => {
        const phase =
          -2 *
          Math.PI *
          (x[0] * gVectors[3 * g]! + x[1] * gVectors[3 * g + 1]! + x[2] * gVectors[3 * g + 2]!);
        const size = (charges[i]! / lattice.volume) * Math.exp(-normG2[g]! * l * l);
        spectrum[2 * g]! += size * Math.cos(phase);
        spectrum[2 * g + 1]! += size * Math.sin(phase);
      });
    const rho = grid.toReal(asFourierField(spectrum));
    const total = charges.reduce((a, b) => a + b, 0);
    const squares = charges.reduce((a, b) => a + b * b, 0);
    const self = squares / (2 * Math.sqrt(2 * Math.PI) * l);
    const background = (4 * Math.PI * l * l * total * total) / lattice.volume;
    const expected = ewald({ lattice, charges, positions }).energy + self + background;
    // e^{−2 G²l²} beyond the grid (|G| > 24, 12 of the shortest axis) is below 1e-12; e^{−d²/8l²} of neighbours too.
    close(hartree(grid, 1).evaluate(rho).energy, expected, 1e-10);
  });

  test("depends on the sum of the spin densities alone", () => {
    const grid = gridOf([6, 6, 6]);
    const rho = randomField(2 * grid.points, 3);
    const total = asRealField(
      Float64Array.from({ length: grid.points }, (_, r) => rho[r]! + rho[grid.points + r]!),
    );
    const both = hartree(grid, 2).evaluate(rho);
    const one = hartree(grid, 1).evaluate(total);
    expect(one.energy).toBeGreaterThan(0.1);
    expect(both.energy).toBe(one.energy);
    closeArrays(both.potential, [...one.potential, ...one.potential], 0);
  });
});
