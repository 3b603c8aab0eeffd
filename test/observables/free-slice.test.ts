import { expect, test } from "vitest";
import { createGrid } from "../../src/basis/grid.ts";
import { norm, rowsVec, sub, type Vec3 } from "../../src/common/vec3.ts";
import { createKernels } from "../../src/kernels/backends.ts";
import { asRealField } from "../../src/kernels/fields.ts";
import { createLattice } from "../../src/model/lattice.ts";
import { atomsOn, onLine, onRectangle, rectangleThrough } from "../../src/observables/free-slice.ts";
import { slice } from "../../src/observables/slice.ts";

const lattice = createLattice([
  [0, 5.13, 5.13],
  [5.13, 0, 5.13],
  [5.13, 5.13, 0],
]);
const grid = createGrid(lattice, [20, 20, 20], await createKernels("reference"));
/** As smooth as densities of pseudopotentials are on such a grid. */
const wave = ([x, y, z]: Vec3) =>
  Math.cos(2 * Math.PI * (x + y)) +
  0.3 * Math.sin(2 * Math.PI * (2 * y - z)) +
  0.1 * Math.cos(2 * Math.PI * 3 * x);
const f = asRealField(
  Float64Array.from({ length: grid.points }, (_, i) =>
    wave([(i % 20) / 20, (Math.floor(i / 20) % 20) / 20, Math.floor(i / 400) / 20]),
  ),
);

test("a rectangle through corners of a cell has the values of the exact slice through the same plane", () => {
  const [a, b] = lattice.vectors;
  const exact = slice(grid, f, { across: 0, up: 1, at: 0 });
  const rectangle = rectangleThrough([[0, 0, 0], a, b], 0);
  expect(rectangle.width).toBeCloseTo(exact.width, 12);
  expect(rectangle.height).toBeCloseTo(exact.height, 12);
  const found = onRectangle(grid, f, rectangle);
  expect(found.columns).toBe(exact.columns);
  const largest = Math.max(...exact.values.map(Math.abs));
  expect(Math.max(...found.values.map((x, i) => Math.abs(x - exact.values[i]!)))).toBeLessThan(
    1e-4 * largest,
  );
});

test("values on a line are those of the function", () => {
  const [from, to] = [rowsVec(lattice.vectors, [0.1, 0.2, -0.3]), rowsVec(lattice.vectors, [1.4, 0.7, 0.2])];
  onLine(grid, f, from, to, 11).forEach((value, i) => {
    const t = i / 10;
    expect(Math.abs(value - wave([0.1 + 1.3 * t, 0.2 + 0.5 * t, -0.3 + 0.5 * t]))).toBeLessThan(1e-4);
  });
});

test("the points lie in the rectangle, the first two along its width; three on a line are refused", () => {
  const points = [
    [1, 2, 3],
    [4, 2, 3.5],
    [0, 7, -1],
  ] as const;
  const { corner, across, up, width, height } = rectangleThrough(points, 2);
  expect(norm(sub(sub(points[1], points[0]), [3, 0, 0.5]))).toBe(0);
  const sides = points.map((p) => {
    const r = sub(p, corner);
    const dot = (v: Vec3) => r[0] * v[0] + r[1] * v[1] + r[2] * v[2];
    const [x, y] = [dot(across), dot(up)];
    expect(norm(sub(r, [0, 1, 2].map((c) => x * across[c]! + y * up[c]!) as unknown as Vec3))).toBeLessThan(
      1e-12,
    );
    return [x, y] as const;
  });
  expect(sides[0]![1]).toBeCloseTo(sides[1]![1], 12);
  for (const [x, y] of sides)
    expect(x >= 2 - 1e-9 && y >= 2 - 1e-9 && x <= width - 2 + 1e-9 && y <= height - 2 + 1e-9).toBe(true);
  expect(() => rectangleThrough([points[0], points[1], [7, 2, 4]], 2)).toThrow(/not on one line/);
});

test("the atoms of the (110) plane of silicon are those that its crystal has there", () => {
  const a = 10.26;
  const rectangle = rectangleThrough(
    [
      [0, 0, 0],
      [a, a, 0],
      [0, 0, a],
    ],
    0,
  );
  const positions: Vec3[] = [
    [0, 0, 0],
    [0.25, 0.25, 0.25],
  ];
  const found = atomsOn({ lattice }, positions, rectangle, 0.1);
  expect(found.every(({ distance }) => distance < 1e-9)).toBe(true);
  const places = (kind: number) =>
    found
      .filter(({ atom }) => atom === kind)
      .map(({ x, y }) => [x / (a * Math.SQRT2), y / a].map((s) => Number(s.toFixed(9))))
      .sort(([x0, y0], [x1, y1]) => x0! - x1! || y0! - y1!);
  // Corners and the middles of the long sides; and two at a quarter of the height.
  expect(places(0)).toEqual([0, 0.5, 1].flatMap((x) => [0, 1].map((y) => [x, y])));
  expect(places(1)).toEqual([
    [0.25, 0.25],
    [0.75, 0.25],
  ]);
});
