import { add, cross, dot, type Mat3, norm, scale, type Vec3 } from "../common/vec3.ts";
import type { Grid } from "./grid.ts";

/** Visits all p = offset + n1·v1 + n2·v2 + n3·v3 with |p| ≤ radius, n1 fastest. */
export type VisitBall = (
  offset: Vec3,
  radius: number,
  visit: (x: number, y: number, z: number, n1: number, n2: number, n3: number) => void,
) => void;

/** Visits the rows of such points: the point of n1 = 0, the first and the last n1, n2 and n3. */
type VisitRows = (
  offset: Vec3,
  radius: number,
  visit: (x: number, y: number, z: number, first1: number, last1: number, n2: number, n3: number) => void,
) => void;

/**
 * Makes the visit of rows of lattice points in a ball, for any shape of cell: planes that cut the
 * ball, rows of these planes that cut it.
 *
 * @param vectors v1, v2, v3 as rows.
 */
function rowsInBall([v1, v2, v3]: Mat3): VisitRows {
  // An orthonormal frame: u1 ∥ v1, u2 in the plane of v1 and v2.
  const unit = (a: Vec3) => scale(1 / norm(a), a);
  const u3 = unit(cross(v1, v2));
  const u1 = unit(v1);
  const u2 = cross(u3, u1);
  /** Returns the first and last integer n with |at + n·step| ≤ reach. */
  const range = (at: number, step: number, reach: number): [number, number] => {
    const [a, b] = [(-reach - at) / step, (reach - at) / step];
    return [Math.ceil(Math.min(a, b)), Math.floor(Math.max(a, b))];
  };
  // Numbers of their own for what is made of each row: there are ten thousand about an atom.
  const [[ux, uy, uz], [wx, wy, wz], [stepX, stepY, stepZ]] = [u1, u2, v2];
  const [along1, along2] = [dot(v1, u1), dot(v2, u2)];
  return (offset, radius, visit) => {
    const [first3, last3] = range(dot(offset, u3), dot(v3, u3), radius);
    for (let n3 = first3; n3 <= last3; n3++) {
      const inPlane = add(offset, scale(n3, v3));
      const reach2 = Math.sqrt(Math.max(0, radius * radius - dot(inPlane, u3) ** 2));
      const [first2, last2] = range(dot(inPlane, u2), along2, reach2);
      for (let n2 = first2; n2 <= last2; n2++) {
        const x = inPlane[0] + n2 * stepX;
        const y = inPlane[1] + n2 * stepY;
        const z = inPlane[2] + n2 * stepZ;
        const reach1 = Math.sqrt(Math.max(0, reach2 * reach2 - (x * wx + y * wy + z * wz) ** 2));
        const at = x * ux + y * uy + z * uz;
        // v1 points along u1
        visit(x, y, z, Math.ceil((-reach1 - at) / along1), Math.floor((reach1 - at) / along1), n2, n3);
      }
    }
  };
}

/** Makes the visit of lattice points in a ball. */
export function pointsInBall(vectors: Mat3): VisitBall {
  const rows = rowsInBall(vectors);
  const [v1] = vectors;
  return (offset, radius, visit) =>
    rows(offset, radius, (x, y, z, first1, last1, n2, n3) => {
      for (let n1 = first1; n1 <= last1; n1++)
        visit(x + n1 * v1[0], y + n1 * v1[1], z + n1 * v1[2], n1, n2, n3);
    });
}

/**
 * Calls `visit` for every row of grid points within `radius` of an atom or a periodic image of it:
 * the index of the point at the row's x = 0, x of the first point, the number of points, which run
 * around the cell, the Cartesian vector from that image to the first, and from point to point.
 *
 * @param position fractional coordinates.
 * @param radius [bohr].
 */
export function forEachRowInBall(
  { lattice, size: [nx, ny, nz] }: Pick<Grid, "lattice" | "size">,
  position: Vec3,
  radius: number,
  visit: (row: number, first: number, count: number, x: number, y: number, z: number, step: Vec3) => void,
): void {
  const [a, b, c] = lattice.vectors;
  const steps: Mat3 = [scale(1 / nx, a), scale(1 / ny, b), scale(1 / nz, c)];
  const wrap = (i: number, n: number): number => ((i % n) + n) % n;
  // Vectors start at the grid point next to the position, so that they keep their digits.
  const [ix, iy, iz] = [
    Math.round(position[0] * nx),
    Math.round(position[1] * ny),
    Math.round(position[2] * nz),
  ];
  const offset = [a, b, c].reduce<Vec3>(
    (sum, v, i) => add(sum, scale([ix / nx, iy / ny, iz / nz][i]! - position[i]!, v)),
    [0, 0, 0],
  );
  const [step] = steps;
  const [dx, dy, dz] = step;
  rowsInBall(steps)(offset, radius, (x, y, z, first1, last1, n2, n3) => {
    if (last1 < first1) return;
    const row = nx * (wrap(iy + n2, ny) + ny * wrap(iz + n3, nz));
    const [x0, y0, z0] = [x + first1 * dx, y + first1 * dy, z + first1 * dz];
    visit(row, wrap(ix + first1, nx), last1 - first1 + 1, x0, y0, z0, step);
  });
}

/**
 * Calls `visit` for every grid point within `radius` of an atom or a periodic image of it, with its
 * index and the Cartesian vector from that image. A point near several images is visited once for
 * each.
 *
 * @param position fractional coordinates.
 * @param radius [bohr].
 */
export function forEachInBall(
  grid: Pick<Grid, "lattice" | "size">,
  position: Vec3,
  radius: number,
  visit: (point: number, x: number, y: number, z: number, distance: number) => void,
): void {
  const nx = grid.size[0];
  forEachRowInBall(grid, position, radius, (row, first, count, x0, y0, z0, [dx, dy, dz]) => {
    let column = first;
    for (let i = 0; i < count; i++) {
      const x = x0 + i * dx;
      const y = y0 + i * dy;
      const z = z0 + i * dz;
      visit(row + column, x, y, z, Math.sqrt(x * x + y * y + z * z));
      column++;
      if (column === nx) column = 0;
    }
  });
}
