import { describe, expect, test } from "vitest";
import { createGrid } from "../../src/basis/grid.ts";
import { dot, type Mat3, norm, rowsVec, type Vec3 } from "../../src/common/vec3.ts";
import { createKernels } from "../../src/kernels/backends.ts";
import { asRealField } from "../../src/kernels/fields.ts";
import { createLattice } from "../../src/model/lattice.ts";
import type { Model } from "../../src/model/model.ts";
import { layerSpacing, macroscopicAverage } from "../../src/observables/macroscopic-average.ts";
import { onSlice, type Plane, slice } from "../../src/observables/slice.ts";

const SKEW: Mat3 = [
  [3, 0.4, -0.2],
  [0.7, 2.5, 0.3],
  [-0.5, 0.6, 4],
];
const grid = createGrid(createLattice(SKEW), [5, 8, 6], await createKernels("reference"));
/** A real trigonometric polynomial that the grid resolves, of fractional coordinates. */
const wave = ([x, y, z]: Vec3): number =>
  1 +
  Math.cos(2 * Math.PI * (2 * x - y)) -
  0.5 * Math.sin(2 * Math.PI * (3 * y + 2 * z - x)) +
  Math.cos(4 * Math.PI * z);
const [nx, ny] = grid.size;
const field = asRealField(
  Float64Array.from({ length: grid.points }, (_, r) =>
    wave([(r % nx) / nx, (Math.floor(r / nx) % ny) / ny, Math.floor(r / (nx * ny)) / grid.size[2]]),
  ),
);

describe("a slice", () => {
  const planes: Plane[] = [
    { across: 0, up: 1, at: 0.3 },
    { across: 2, up: 0, at: 1 },
    { across: 1, up: 2, at: 0 },
  ];
  test.each(planes)(
    "has the values of the polynomial on the points of its plane, $across $up $at",
    (plane) => {
      const cut = slice(grid, field, plane);
      const third = 3 - plane.across - plane.up;
      for (const [s, t] of [
        [0, 0],
        [0.37, 0.81],
        [1, 1],
        [0.5, 0],
      ] as const) {
        const row = Math.round(t * (cut.rows - 1));
        const column = Math.round(s * (cut.columns - 1));
        // x a/|a| + y (unit vector across) in the lattice vectors: b is leaned over by its component along a.
        const lean = dot(SKEW[plane.across], SKEW[plane.up]) / norm(SKEW[plane.across]) ** 2;
        const up = row / (cut.rows - 1);
        const position = [0, 0, 0];
        position[plane.up] = up;
        position[third] = plane.at;
        position[plane.across] = column / (cut.columns - 1) - up * lean;
        expect(cut.values[column + cut.columns * row]).toBeCloseTo(wave(position as unknown as Vec3), 10); // rounding
      }
    },
  );

  test("knows where atoms are in Cartesian coordinates", () => {
    const cut = slice(grid, field, { across: 0, up: 1, at: 0.25 });
    const of = onSlice(grid, cut, [0.2, 0.3, 0.75]);
    const [a] = grid.lattice.vectors;
    const inPlane = rowsVec(SKEW, [0.2, 0.3, 0]);
    const along = inPlane.reduce((sum, x, i) => sum + x * a[i]!, 0) / cut.width;
    expect(of.x).toBeCloseTo(along, 12);
    expect(of.y).toBeCloseTo(Math.sqrt(inPlane.reduce((sum, x) => sum + x * x, 0) - along * along), 12);
    expect(of.distance).toBeCloseTo(0.5 * Math.hypot(...SKEW[2]), 12);
  });

  test("needs two vectors and a place in the cell", () => {
    expect(() => slice(grid, field, { across: 1, up: 1, at: 0 })).toThrow(/two lattice vectors, got 1 twice/);
    expect(() => slice(grid, field, { across: 1, up: 2, at: 1.5 })).toThrow(/from 0 to 1, got 1.5/);
  });
});

describe("a macroscopic average", () => {
  const length = 12;
  const profile = (f: (z: number) => number, n = 48) =>
    Float64Array.from({ length: n }, (_, i) => f((i * length) / n));
  const waveOf = (period: number) => (z: number) => Math.cos((2 * Math.PI * z) / period);

  test("leaves nothing of what has the window's period, and all of a constant", () => {
    for (const value of macroscopicAverage(
      profile((z) => 3 + waveOf(2)(z)),
      length,
      [2],
    ))
      expect(value).toBeCloseTo(3, 12);
  });

  test("damps a longer wave by sin x/x, and a second window damps it again", () => {
    const x = (Math.PI * 2) / 12;
    const once = macroscopicAverage(profile(waveOf(12)), length, [2]);
    const twice = macroscopicAverage(profile(waveOf(12)), length, [2, 4]);
    expect(once[0]).toBeCloseTo(Math.sin(x) / x, 12);
    expect(twice[0]).toBeCloseTo((Math.sin(x) / x) * (Math.sin(2 * x) / (2 * x)), 12);
  });

  test("is the mean over the window of a function without grid noise", () => {
    const f = (z: number) => Math.exp(Math.cos((2 * Math.PI * z) / length));
    const average = macroscopicAverage(profile(f, 47), length, [3]);
    const [z, m] = [(5 * length) / 47, 4000];
    let mean = 0;
    for (let j = 0; j < m; j++) mean += f(z - 1.5 + (3 * (j + 0.5)) / m) / m;
    expect(average[5]).toBeCloseTo(mean, 6); // midpoint rule: (3/4000)² f″/24
  });

  test("refuses a window of no width", () => {
    expect(() => macroscopicAverage([1, 2], 1, [0])).toThrow(/positive length, got 0/);
  });

  test("the spacing of layers is that of a slab, its vacuum left out", () => {
    const slab = (places: readonly number[]) =>
      ({ lattice: createLattice([[4, 0, 0], [0, 4, 0], [0, 0, 20]]), atoms: places.map((z) => ({ position: [0, 0, z] })) }) as unknown as Model; // biome-ignore format: one cell
    expect(layerSpacing(slab([0, 0.1, 0.2, 0.3, 0.1, 0.9999]), 2)).toBeCloseTo(2, 1);
    expect(layerSpacing(slab([0.4, 0.5, 0.6, 0.7]), 2)).toBeCloseTo(2, 10);
    expect(layerSpacing(slab([0, 0.5]), 2)).toBeUndefined();
  });
});
