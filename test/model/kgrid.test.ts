import { expect, test } from "vitest";
import { type Mat3, matVec, type Vec3 } from "../../src/common/vec3.ts";
import { loadMoyo } from "../../src/io/moyo-node.ts";
import {
  pointOperationsOfKgrid,
  reciprocalRotation,
} from "../../src/model/crystal-symmetry/symmetry-subgroups.ts";
import { irreducibleKpoints, monkhorstPack } from "../../src/model/kgrid.ts";
import { createLattice } from "../../src/model/lattice.ts";
import { findSymmetry, type SymmetryOperation } from "../../src/model/symmetry.ts";
import { close } from "../close.ts";

const moyo = await loadMoyo();
const group = (vectors: Mat3, ...positions: Vec3[]): SymmetryOperation[] =>
  findSymmetry(
    createLattice(vectors),
    positions.map((position, species) => ({ species: species % 2, position })),
    moyo,
  );

const fccVectors: Mat3 = [
  [0, 1, 1],
  [1, 0, 1],
  [1, 1, 0],
].map((v) => v.map((x) => 3.8 * x)) as unknown as Mat3;
const fcc = group(fccVectors, [0, 0, 0]);
/** No inversion: half the operations. */
const zincblende = group(fccVectors, [0, 0, 0], [0.25, 0.25, 0.25]);
const hexagonal: Mat3 = [
  [6, 0, 0],
  [-3, 3 * Math.sqrt(3), 0],
  [0, 0, 9.8],
];
const hcp = findSymmetry(
  createLattice(hexagonal),
  [
    { species: 0, position: [1 / 3, 2 / 3, 0.25] },
    { species: 0, position: [2 / 3, 1 / 3, 0.75] },
  ],
  moyo,
);
const triclinic = group(
  [
    [5, 0.3, 0.2],
    [0.7, 6, -0.4],
    [-0.5, 0.9, 7],
  ],
  [0.1, 0.2, 0.3],
  [0.4, 0.77, 0.3],
);
const tetragonal = group(
  [
    [5, 0, 0],
    [0, 5, 0],
    [0, 0, 8],
  ],
  [0, 0, 0],
);

const half: Vec3 = [0.5, 0.5, 0.5];
const zero: Vec3 = [0, 0, 0];
const cube = (n: number): Vec3 => [n, n, n];

test("grid points run x fastest and lie in (−1/2, 1/2]", () => {
  expect(monkhorstPack([4, 1, 1]).map(([x]) => x)).toEqual([0, 0.25, 0.5, -0.25]);
  expect(monkhorstPack([2, 1, 3])).toEqual([
    [0, 0, 0],
    [0.5, 0, 0],
    [0, 0, 1 / 3],
    [0.5, 0, 1 / 3],
    [0, 0, -1 / 3],
    [0.5, 0, -1 / 3],
  ]);
  expect(monkhorstPack([2, 1, 1], half).map(([x]) => x)).toEqual([0.25, -0.25]);
  expect(monkhorstPack([3, 1, 1], half).map(([x]) => x)).toEqual([1 / 6, 0.5, -1 / 6]);
  for (const k of monkhorstPack([5, 6, 7], [0.5, 0, 0.3]))
    for (const x of k) expect(x > -0.5 && x <= 0.5).toBe(true);
});

test.each([
  [4, zero, 8],
  [4, half, 10],
  [6, zero, 16],
  [6, half, 28],
  [8, zero, 29],
  [8, half, 60],
])(
  "fcc %i³ with shift %o has %i special points, with inversion or with time reversal instead",
  (n, shift, count) => {
    expect(irreducibleKpoints(cube(n), shift, fcc).kpoints.length).toBe(count);
    expect(irreducibleKpoints(cube(n), shift, fcc, false).kpoints.length).toBe(count);
    expect(irreducibleKpoints(cube(n), shift, zincblende).kpoints.length).toBe(count);
    expect(irreducibleKpoints(cube(n), shift, zincblende, false).kpoints.length).toBeGreaterThan(count);
  },
);

test("a crystal without symmetry keeps half of its points by time reversal, and all without", () => {
  expect(triclinic.length).toBe(1);
  // 0 and the zone-boundary points are their own negatives: (4·4·4 + 8)/2, for odd grids only 0: (27 + 1)/2.
  expect(irreducibleKpoints(cube(4), zero, triclinic).kpoints.length).toBe(36);
  expect(irreducibleKpoints(cube(3), zero, triclinic).kpoints.length).toBe(14);
  expect(irreducibleKpoints(cube(4), half, triclinic).kpoints.length).toBe(32);
  expect(irreducibleKpoints(cube(4), zero, triclinic, false).kpoints.length).toBe(64);
  // A grid that is not its own negative: time reversal is of no use.
  expect(irreducibleKpoints(cube(4), [0.3, 0, 0], triclinic).kpoints.length).toBe(64);
});

/** Classes by applying operations until nothing new appears: union of all orbits, found without index arithmetic. */
function classes(
  kgrid: Vec3,
  shift: Vec3,
  operations: readonly SymmetryOperation[],
  signs: readonly number[],
): Vec3[][] {
  const left = new Map(monkhorstPack(kgrid, shift).map((k) => [key(k), k]));
  const found: Vec3[][] = [];
  for (const k of monkhorstPack(kgrid, shift)) {
    if (!left.has(key(k))) continue;
    const orbit: Vec3[] = [];
    for (const { rotation } of operations)
      for (const sign of signs) {
        const image = matVec(reciprocalRotation(rotation), k).map((x) => sign * x) as unknown as Vec3;
        const point = left.get(key(image));
        if (point) orbit.push(point);
        left.delete(key(image));
      }
    found.push(orbit);
  }
  return found;
}
const key = (k: Vec3) => k.map((x) => ((Math.round(x * 5040) % 5040) + 5040) % 5040).join();

test.each([
  ["fcc", fcc, [4, 4, 4], zero],
  ["fcc shifted", fcc, [4, 4, 4], half],
  ["zincblende", zincblende, [3, 3, 3], zero],
  ["hcp", hcp, [6, 6, 4], zero],
  ["hcp shifted in z", hcp, [6, 6, 4], [0, 0, 0.5]],
  ["hcp odd", hcp, [5, 5, 3], zero],
  ["tetragonal uneven", tetragonal, [4, 2, 3], zero],
  ["triclinic", triclinic, [2, 3, 4], half],
  ["half-shifted fcc", fcc, [4, 4, 4], [0.5, 0, 0]],
] as [string, SymmetryOperation[], Vec3, Vec3][])(
  "%s: orbits of the irreducible points recreate the grid, weights are their sizes",
  (_, operations, kgrid, shift) => {
    const { kpoints, operations: used } = irreducibleKpoints(kgrid, shift, operations);
    const orbits = classes(kgrid, shift, used, [1, -1]);
    const total = kgrid[0] * kgrid[1] * kgrid[2];
    expect(orbits.flat().length).toBe(total);
    expect(kpoints.map(({ k }) => k)).toEqual(orbits.map(([first]) => first));
    expect(kpoints.map(({ weight }) => Math.round(weight * total))).toEqual(
      orbits.map((orbit) => orbit.length),
    );
    close(
      kpoints.reduce((sum, { weight }) => sum + weight, 0),
      1,
      1e-14,
      "sum of weights",
    );
  },
);

test("only operations that keep the grid are used, and they are closed", () => {
  // (1/2, 0, 0) singles out one axis of fcc; four-fold turns do not keep a 4 × 2 grid.
  expect(pointOperationsOfKgrid(fcc, [4, 4, 4], [0.5, 0, 0]).length).toBeLessThan(48);
  expect(pointOperationsOfKgrid(tetragonal, [4, 2, 3], zero).length).toBe(8);
  expect(pointOperationsOfKgrid(tetragonal, [4, 4, 3], half).length).toBe(16);
  expect(pointOperationsOfKgrid(hcp, [4, 4, 4], half).length).toBeLessThan(24);
  for (const [operations, kgrid, shift] of [
    [fcc, [4, 4, 4], [0.5, 0, 0]],
    [hcp, [4, 4, 4], half],
  ] as const) {
    const used = pointOperationsOfKgrid(operations, kgrid, shift);
    const names = new Set(used.map(({ rotation }) => rotation.join()));
    const grid = new Set(monkhorstPack(kgrid, shift).map(key));
    for (const { rotation } of operations) {
      const isKept = monkhorstPack(kgrid, shift).every((k) =>
        grid.has(key(matVec(reciprocalRotation(rotation), k))),
      );
      expect(names.has(rotation.join())).toBe(isKept);
    }
  }
});

test("grids that are none are refused", () => {
  expect(() => monkhorstPack([4, 0, 4])).toThrow("kgrid: three positive whole numbers expected, got [4,0,4]");
  expect(() => monkhorstPack([4, 4, 1.5])).toThrow("kgrid");
  expect(() => monkhorstPack([4, 4, 4], [Number.NaN, 0, 0])).toThrow("kshift");
});
