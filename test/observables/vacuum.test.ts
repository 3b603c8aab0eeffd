import { expect, test } from "vitest";
import { createGrid } from "../../src/basis/grid.ts";
import type { Mat3, Vec3 } from "../../src/common/vec3.ts";
import { createKernels } from "../../src/kernels/backends.ts";
import { asRealField } from "../../src/kernels/fields.ts";
import { createLattice } from "../../src/model/lattice.ts";
import type { Model } from "../../src/model/model.ts";
import { vacuumOf } from "../../src/observables/vacuum.ts";

const kernels = await createKernels("reference");
const SIZES = [8, 8, 60] as const;

/** A slab between 10 and 20 bohr of a cell of 60, along any axis, with a potential that is linear outside. */
function slab(axis: 0 | 1 | 2, places: readonly number[], slope: number) {
  const turned = <T>(values: readonly [T, T, T]) =>
    [0, 1, 2].map((i) => values[(i + 2 - axis) % 3]) as unknown as readonly [T, T, T];
  // The other vectors lean along the slab.
  const lattice = createLattice(
    turned<Vec3>([turned([8, 1, 0]), turned([0, 8, 0]), turned([2, 3, 60])]) as Mat3,
  );
  const grid = createGrid(lattice, turned<number>([...SIZES]), kernels);
  const plane = (r: number) => {
    const [n1, n2] = grid.size;
    return [r % n1, Math.floor(r / n1) % n2, Math.floor(r / (n1 * n2))][axis]!;
  };
  const isSlab = (i: number) => i >= 10 && i <= 20;
  // From 0.3 at plane 21 upwards around the period to plane 9.
  const outside = (i: number) => 0.3 + slope * (((i - 21 + 60) % 60) as number);
  const field = (of: (i: number) => number) =>
    asRealField(Float64Array.from({ length: grid.points }, (_, r) => of(plane(r))));
  const position = (z: number) => turned<number>([0.2, 0.9, z / 60]);
  const model = {
    lattice,
    atoms: places.map((z) => ({ species: 0, position: position(z) })),
  } as unknown as Model;
  const density = field((i) => (isSlab(i) ? 0.1 : 1e-9));
  return vacuumOf(model, grid, density, () => field((i) => (isSlab(i) ? -2 : outside(i))));
}

test.each([0, 1, 2] as const)("the potential in front of both surfaces, axis %d", (axis) => {
  const found = slab(axis, [12, 15, 18], 1e-3)!;
  expect(found.axis).toBe(axis);
  expect(found.slope).toBeCloseTo(1e-3, 12);
  expect(found.levels[1]).toBeCloseTo(0.3, 12);
  expect(found.levels[0]).toBeCloseTo(0.3 + 48e-3, 12);
});

test("without a gap of the atoms, or without empty planes, there is no vacuum", () => {
  expect(slab(2, [0, 9, 18, 27, 36, 45, 54], 0)).toBeUndefined();
  const [lattice, size] = [
    createLattice([
      [8, 0, 0],
      [0, 8, 0],
      [0, 0, 20],
    ]),
    [4, 4, 20] as const,
  ];
  const grid = createGrid(lattice, size, kernels);
  const dense = asRealField(new Float64Array(grid.points).fill(1e-4));
  const model = { lattice, atoms: [{ species: 0, position: [0, 0, 0] }] } as unknown as Model;
  expect(vacuumOf(model, grid, dense, () => dense)).toBeUndefined();
});

test("a molecule in a box has gaps along all axes and is no slab", () => {
  const lattice = createLattice([
    [20, 0, 0],
    [0, 20, 0],
    [0, 0, 20],
  ]);
  const grid = createGrid(lattice, [20, 20, 20], kernels);
  const zero = asRealField(new Float64Array(grid.points));
  const model = { lattice, atoms: [{ species: 0, position: [0, 0, 0] }] } as unknown as Model;
  expect(vacuumOf(model, grid, zero, () => zero)).toBeUndefined();
});
