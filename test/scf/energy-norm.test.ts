import { describe, expect, test } from "vitest";
import { createGrid } from "../../src/basis/grid.ts";
import { asRealField, dotReal, newRealField, type RealField } from "../../src/kernels/fields.ts";
import { wasmKernelsSync } from "../../src/kernels/wasm/wasm.ts";
import { createLattice } from "../../src/model/lattice.ts";
import { energyNorm } from "../../src/scf/accelerators/energy-norm.ts";
import { hartree } from "../../src/terms/hartree/hartree.ts";
import { close, closeArrays } from "../close.ts";

const grid = createGrid(
  createLattice([
    [5, 0, 0],
    [0, 6, 0],
    [0, 0, 30],
  ]),
  [6, 8, 24],
  wasmKernelsSync(),
);
/** cos(2π (G·s) + φ) on the grid. */
const wave = (gx: number, gy: number, gz: number, phase = 0.3): RealField => {
  const [nx, ny, nz] = grid.size;
  return asRealField(
    Float64Array.from({ length: grid.points }, (_, i) => {
      const [x, y, z] = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny))];
      return Math.cos(2 * Math.PI * ((gx * x) / nx + (gy * y) / ny + (gz * z) / nz) + phase);
    }),
  );
};
const square = (x: RealField) => grid.dvol * dotReal(x, x);
const sum = (a: RealField, b: RealField, factor = 1) => asRealField(a.map((v, i) => v + factor * b[i]!));

describe("the norm of the energy", () => {
  const weigh = energyNorm({ grid, nSpin: 1 });

  test("is the Hartree energy and that of the electron gas: ‖M^{½}δρ‖² = ∫δρ² + kTF²/2π · E_H[δρ]", () => {
    const change = sum(sum(wave(0, 0, 1), wave(1, 2, -3), 0.2), wave(2, 0, 5), -0.7);
    const { energy } = hartree(grid, 1).evaluate(change);
    const bare = square(change);
    expect(energy / (2 * Math.PI)).toBeGreaterThan(bare);
    close(square(weigh(change)), bare + energy / (2 * Math.PI), 1e-12 * bare * 30);
  });

  test("knows waves by their length alone, and leaves the mean", () => {
    const constant = newRealField(grid.points).fill(0.4);
    closeArrays(weigh(constant), constant, 1e-15);
    closeArrays(
      weigh(wave(0, 0, 1)),
      wave(0, 0, 1).map((x) => x * Math.sqrt(1 + (30 / (2 * Math.PI)) ** 2)),
      1e-13,
    );
  });

  test("weighs the total of two spins as it does that of one, and of their difference a tenth of the square", () => {
    const both = energyNorm({ grid, nSpin: 2 });
    const [total, moment] = [sum(wave(0, 0, 2), wave(0, 0, 0)), sum(wave(0, 1, 1), wave(0, 0, 0), -0.5)];
    const spins = (t: RealField, m: RealField) =>
      asRealField(Float64Array.from([...sum(t, m), ...sum(t, m, -1)]));
    closeArrays(
      both(spins(total, moment)),
      spins(weigh(total), asRealField(moment.map((x) => x * Math.sqrt(0.1)))),
      1e-13,
    );
  });
});
