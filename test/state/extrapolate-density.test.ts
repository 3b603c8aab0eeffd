import { describe, expect, test } from "vitest";
import { findGth } from "../../src/atoms/gth/gth-table.ts";
import { createGrid } from "../../src/basis/grid.ts";
import { random } from "../../src/common/random.ts";
import type { Mat3, Vec3 } from "../../src/common/vec3.ts";
import { createKernels } from "../../src/kernels/backends.ts";
import { asRealField, newRealField, spinComponent, sumReal } from "../../src/kernels/fields.ts";
import type { GridSize } from "../../src/kernels/kernels.ts";
import { createLattice } from "../../src/model/lattice.ts";
import type { Model } from "../../src/model/model.ts";
import { extrapolateDensity } from "../../src/state/extrapolate-density.ts";
import { superpositionOfAtoms } from "../../src/state/guess.ts";
import { closeArrays } from "../close.ts";

const kernels = await createKernels("reference");
const CELL: Mat3 = [
  [7, 0, 0],
  [1, 6, 0],
  [0, 2, 8],
];
const LARGER = CELL.map((row) => row.map((x) => 1.03 * x)) as unknown as Mat3;
const AT: readonly Vec3[] = [
  [0.1, 0.2, 0.3],
  [0.5, 0.4, 0.6],
];
const MOVED: readonly Vec3[] = [
  [0.11, 0.17, 0.33],
  [1.49, 0.41, -0.41],
];

const system = (vectors: Mat3, positions: readonly Vec3[], size: GridSize, nSpin: 1 | 2 = 1) => {
  const lattice = createLattice(vectors);
  const model: Model = {
    lattice,
    species: [{ element: "Si", pseudopotential: findGth("Si", "gth-lda") }],
    atoms: positions.map((position) => ({ species: 0, position, magneticMoment: 1 })),
    electrons: 8,
    smearing: "none",
    temperature: 0,
    nSpin,
  };
  return { model, grid: createGrid(lattice, size, kernels) };
};

/** h cos(2π G·s + 0.4) on a grid. */
const wave = (
  { size: [nx, ny, nz], points }: ReturnType<typeof system>["grid"],
  height: number,
  [gx, gy, gz]: Vec3,
) =>
  Float64Array.from({ length: points }, (_, r) => {
    const [x, y, z] = [r % nx, Math.floor(r / nx) % ny, Math.floor(r / (nx * ny))];
    return height * Math.cos(2 * Math.PI * ((gx * x) / nx + (gy * y) / ny + (gz * z) / nz) + 0.4);
  });

describe("a density carried to where the atoms are now", () => {
  const before = system(CELL, AT, [9, 8, 10]);

  test("is the density itself where nothing has moved", () => {
    const { uniform } = random(3);
    const rho = superpositionOfAtoms(before.model, before.grid).map((x) => x * (0.8 + 0.4 * uniform()));
    const scale = 8 / (before.grid.dvol * sumReal(rho));
    closeArrays(
      extrapolateDensity({ ...before, rho: asRealField(rho) }, before.model, before.grid),
      rho.map((x) => x * scale),
      1e-15,
    );
  });

  test.each([
    ["moved atoms", system(CELL, MOVED, [9, 8, 10])],
    ["a larger cell", system(LARGER, AT, [9, 8, 10])],
    ["another grid", system(CELL, MOVED, [12, 10, 9])],
    ["everything at once", system(LARGER, MOVED, [8, 8, 12])],
  ])("is that of the atoms if it was: %s", (_, { model, grid }) => {
    const rho = superpositionOfAtoms(before.model, before.grid);
    closeArrays(
      extrapolateDensity({ ...before, rho }, model, grid),
      superpositionOfAtoms(model, grid),
      1e-15,
    );
  });

  test("keeps long waves that bonding has added, on a finer and on a coarser grid", () => {
    const g: Vec3 = [2, -1, 3];
    for (const [size, vectors, height] of [
      [[12, 10, 15], CELL, 1e-3],
      [[7, 7, 9], LARGER, 1e-3 / 1.03 ** 3],
    ] as const) {
      const after = system(vectors, MOVED, [...size]);
      // more electrons than the floor is made of, everywhere
      const atoms = superpositionOfAtoms(before.model, before.grid);
      const added = wave(before.grid, 1e-3, g);
      const rho = asRealField(atoms.map((x, r) => x + added[r]!));
      const expected = superpositionOfAtoms(after.model, after.grid);
      wave(after.grid, height, g).forEach((x, r) => {
        expected[r] = Math.max(expected[r]! + x, 0.1 * expected[r]!);
      });
      const factor = 8 / (after.grid.dvol * sumReal(expected));
      closeArrays(
        extrapolateDensity({ ...before, rho }, after.model, after.grid),
        expected.map((x) => x * factor),
        1e-14,
      );
    }
  });

  test.each<[string, GridSize, Vec3]>([
    ["too short for a coarser grid", [7, 6, 9], [4, 0, 0]],
    ["at its unpaired frequency", [7, 6, 9], [0, 3, 0]],
    ["at its own unpaired frequency, on a finer one", [12, 10, 15], [0, 4, 0]],
    ["at its own one along one axis of three", [9, 10, 12], [2, 1, 5]],
  ])("forgets a wave %s: its atoms are left", (_, size, g) => {
    const after = system(CELL, MOVED, size);
    const added = wave(before.grid, 1e-3, g);
    const rho = asRealField(superpositionOfAtoms(before.model, before.grid).map((x, r) => x + added[r]!));
    closeArrays(
      extrapolateDensity({ ...before, rho }, after.model, after.grid),
      superpositionOfAtoms(after.model, after.grid),
      1e-15,
    );
  });

  test("holds the electrons, and is empty nowhere and in neither spin, however wrong the subtraction", () => {
    const polarised = system(CELL, AT, [9, 8, 10], 2);
    const after = system(LARGER, MOVED, [9, 8, 10], 2);
    const nothing = newRealField(2 * polarised.grid.points);
    const rho = extrapolateDensity({ ...polarised, rho: nothing }, after.model, after.grid);
    expect(after.grid.dvol * sumReal(rho)).toBeCloseTo(8, 12);
    const guess = superpositionOfAtoms(after.model, after.grid);
    rho.forEach((x, r) => {
      expect(x).toBeGreaterThan(0.09 * guess[r]!);
    });
    const moment = (f: typeof rho) =>
      sumReal(spinComponent(f, 0, after.grid.points)) - sumReal(spinComponent(f, 1, after.grid.points));
    expect(moment(rho) / moment(guess)).toBeCloseTo(1, 12);
  });
});
