import { expect, test } from "vitest";
import { hasCorners, hexagonalAxis } from "../../src/bands/hexagonal.ts";
import type { Mat3, Vec3 } from "../../src/common/vec3.ts";
import { runDos } from "../../src/job/tasks/dos/run-dos.ts";
import { createLattice } from "../../src/model/lattice.ts";

const layer: Mat3 = [[4.65, 0, 0], [-2.325, 4.65 * Math.sqrt(0.75), 0], [0, 0, 12]]; // biome-ignore format: a matrix

test("the axis of a hexagonal lattice is found among its vectors, and none in others", () => {
  expect(hexagonalAxis(layer)).toBe(2);
  expect(hexagonalAxis([layer[2], layer[0], layer[1]])).toBe(0);
  expect(hexagonalAxis([[5, 0, 0], [0, 5, 0], [0, 0, 7]])).toBe(undefined); // biome-ignore format: a matrix
});

test("K is on grids with Γ whose divisions within the layer are multiples of three", () => {
  const on = (kgrid: Vec3, kshift: Vec3 = [0, 0, 0], vectors = layer) =>
    hasCorners(createLattice(vectors), kgrid, kshift);
  for (const n of [1, 2, 4, 5, 8, 10]) expect(on([n, n, 1])).toBe(false);
  for (const n of [3, 6, 9]) {
    expect(on([n, n, 1])).toBe(true);
    expect(on([n, n, 2], [0, 0, 0.5])).toBe(true); // over K, at another height
  }
  expect(on([6, 6, 1], [0.5, 0.5, 0])).toBe(false);
  // In vectors that enclose 60°, and with the axis first.
  const acute: Mat3 = [layer[0], [2.325, 4.65 * Math.sqrt(0.75), 0], layer[2]];
  expect([on([3, 3, 1], [0, 0, 0], acute), on([4, 4, 1], [0, 0, 0], acute)]).toEqual([true, false]);
  expect(on([1, 6, 6], [0, 0, 0], [layer[2], layer[0], layer[1]])).toBe(true);
  expect(hasCorners(createLattice([[5, 0, 0], [0, 5, 0], [0, 0, 7]]), [3, 3, 3], [0, 0, 0])).toBe(undefined); // biome-ignore format: a matrix
});

test("a density of states with a gap on a grid without K says so, with the remedy", async () => {
  const sheet = {
    structure: {
      lattice: layer,
      atoms: [{ element: "He", position: [0, 0, 0.5] }],
    },
    hamiltonian: "core",
    ecut: 6,
  };
  const said = async (kgrid: Vec3) =>
    (await runDos(sheet, { kgrid, bands: 3, points: 10 })).warnings.join("\n");
  expect(await said([4, 4, 1])).toMatch(
    /kgrid: 4x4x1 misses the corner K of the hexagonal zone, .* the gap of \d+\.\d\d eV .* such as kgrid 6,6,1/,
  );
  expect(await said([3, 3, 1])).not.toMatch(/corner K/);
  // The default has K.
  const { kgrid, warnings } = await runDos({ ...sheet, kgrid: [2, 2, 1] }, { bands: 3, points: 10 });
  expect(kgrid).toEqual([6, 6, 1]);
  expect(warnings.join()).not.toMatch(/corner K/);
});
