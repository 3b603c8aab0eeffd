import { expect, test } from "vitest";
import type { Mat3 } from "../../src/common/vec3.ts";
import { createLattice, longAxis } from "../../src/model/lattice.ts";

test.each<[string, Mat3, 0 | 1 | 2]>([
  [
    "a slab's is the one through the vacuum",
    [
      [5, 0, 0],
      [0, 30, 0],
      [0, 0, 5],
    ],
    1,
  ],
  [
    "of a cube the last",
    [
      [7, 0, 0],
      [0, 7, 0],
      [0, 0, 7],
    ],
    2,
  ],
  [
    "of two equal ones the later, whatever rounding says",
    [
      [9 + 1e-14, 0, 0],
      [0, 9, 0],
      [0, 0, 4],
    ],
    1,
  ],
  [
    "a long vector in a thin skewed cell does not count: its planes are near",
    [
      [6, 0, 0],
      [0, 7, 0],
      [0, 9, 5],
    ],
    0,
  ],
])("the long axis: %s", (_, vectors, axis) => {
  expect(longAxis(createLattice(vectors))).toBe(axis);
});
