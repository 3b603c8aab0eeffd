import { expect, test } from "vitest";
import { gradientOn, newVectorField } from "../../src/basis/gradient.ts";
import { cartesianG, createGrid } from "../../src/basis/grid.ts";
import { random } from "../../src/common/random.ts";
import { asRealField, dotReal, newRealField, type RealField } from "../../src/kernels/fields.ts";
import { wasmKernelsSync } from "../../src/kernels/wasm/wasm.ts";
import { createLattice } from "../../src/model/lattice.ts";
import { close, closeArrays } from "../close.ts";

/** An oblique cell with axes of even and of odd length. */
const grid = createGrid(
  createLattice([
    [5, 1, 0.3],
    [-0.7, 6, 0.2],
    [0.4, 0.1, 7],
  ]),
  [6, 8, 9],
  wasmKernelsSync(),
);
const { normal } = random(5);
const noise = (): RealField => asRealField(Float64Array.from({ length: grid.points }, normal));
const gradient = gradientOn(grid);

test("every component is the real part of iG f, waves at n/2 included", () => {
  const f = noise();
  const found = newVectorField(grid.points);
  gradient.into(found, f);
  found.forEach((component, c) => {
    const waves = grid.toFourier(f);
    for (let g = 0; g < grid.points; g++) {
      const q = cartesianG(grid, g)[c]!;
      [waves[2 * g], waves[2 * g + 1]] = [-q * waves[2 * g + 1]!, q * waves[2 * g]!];
    }
    closeArrays(component, grid.toReal(waves), 1e-13, `component ${c}`);
  });
});

test("the divergence is minus its adjoint, of components that are read in turn", () => {
  const [f, fields] = [noise(), [noise(), noise(), noise()]];
  const slopes = newVectorField(grid.points);
  gradient.into(slopes, f);
  const shared = newRealField(grid.points);
  gradient.divergenceInto(shared, (c) => {
    shared.set(fields[c]!);
    return shared;
  });
  const products = fields.map((field, c) => dotReal(slopes[c]!, field));
  expect(Math.min(...products.map(Math.abs))).toBeGreaterThan(0.1);
  close(dotReal(f, shared), -products.reduce((sum, x) => sum + x, 0), 1e-11);
});
