import { describe, expect, test } from "vitest";
import { createGrid } from "../../src/basis/grid.ts";
import { random } from "../../src/common/random.ts";
import { asRealField } from "../../src/kernels/fields.ts";
import { referenceKernels } from "../../src/kernels/reference.ts";
import { createLattice } from "../../src/model/lattice.ts";
import { externalPotential, fixedPotential } from "../../src/terms/external/external.ts";
import { close, closeArrays } from "../close.ts";

const lattice = createLattice([[6, 0, 0], [1, 5, 0], [-2, 0.5, 7]]); // biome-ignore format: a matrix
const grid = createGrid(lattice, [8, 9, 10], referenceKernels());

describe("externalPotential", () => {
  test("gives the exact energy of two waves: ∫ cos(G·r) (n + m cos(G·r)) = mΩ/2", () => {
    const g = lattice.reciprocal[1];
    const wave = (r: readonly number[]) => Math.cos(g[0] * r[0]! + g[1] * r[1]! + g[2] * r[2]!);
    const term = externalPotential(grid, (r) => wave(r));
    const { potential } = term.evaluate(asRealField(new Float64Array(grid.points)));
    const rho = asRealField(potential.map((v) => 0.7 + 0.3 * v));
    const { energy } = term.evaluate(rho);
    close(energy, (0.3 * lattice.volume) / 2, 1e-12 * lattice.volume);
    expect(term.name).toBe("external");
  });

  test("samples the formula at the points, x fastest, in Cartesian coordinates", () => {
    const { potential } = externalPotential(grid, ([x, y, z]) => x + 10 * y + 100 * z).evaluate(
      asRealField(new Float64Array(grid.points)),
    );
    // Point (x, y, z) = (3, 2, 1): 3/8 a1 + 2/9 a2 + 1/10 a3.
    const r = [(3 / 8) * 6 + 2 / 9 - 0.2, (2 / 9) * 5 + 0.05, 0.7];
    close(potential[3 + 8 * (2 + 9 * 1)]!, r[0]! + 10 * r[1]! + 100 * r[2]!, 1e-12);
  });

  test("refuses a value that is not finite, with its place", () => {
    expect(() => externalPotential(grid, ([x]) => 1 / x)).toThrow(
      /finite number of Ha, got Infinity at r = \[0,0,0\]/,
    );
  });
});

describe("fixedPotential", () => {
  test("acts on both spins alike and is linear in the density", () => {
    const { uniform } = random(4);
    const field = (n: number) => asRealField(Float64Array.from({ length: n }, uniform));
    const v = field(grid.points);
    const term = fixedPotential("local", grid, v);
    const rho = field(2 * grid.points);
    const { energy, potential } = term.evaluate(rho);
    closeArrays(potential, [...v, ...v], 0);
    const total = asRealField(Float64Array.from(v, (_, r) => rho[r]! + rho[grid.points + r]!));
    expect(energy).toBeGreaterThan(1);
    // Two orders of one sum of 1440 terms.
    close(term.evaluate(total).energy, energy, 1e-12 * energy);
  });
});
