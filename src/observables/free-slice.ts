import type { Grid } from "../basis/grid.ts";
import { requireInput } from "../common/failure.ts";
import { add, cross, dot, norm, rowsVec, scale, sub, type Vec3 } from "../common/vec3.ts";
import type { ReadonlyRealField } from "../kernels/fields.ts";
import { planeSpacings } from "../model/lattice.ts";
import { toFractional } from "../model/structure.ts";

/** A rectangle anywhere in a crystal, Cartesian [bohr]. */
export interface Rectangle {
  readonly corner: Vec3;
  /** Unit vectors along its sides, normal to each other. */
  readonly across: Vec3;
  readonly up: Vec3;
  readonly width: number;
  readonly height: number;
}

/** Distance of points [bohr] at which contours look smooth. */
const SPACING = 0.15;
/** Points of a rectangle on one side, at most. */
const MOST = 600;
/** Points of the polynomial along each axis. */
const ORDER = 8;

/**
 * Returns the rectangle around three points, whose first two lie on a line parallel to its width.
 *
 * @param margin around the points [bohr].
 * @throws InputError if they lie on one line.
 */
export function rectangleThrough([a, b, c]: readonly [Vec3, Vec3, Vec3], margin: number): Rectangle {
  const first = sub(b, a);
  const length = norm(first);
  const across = scale(1 / length, first);
  const third = sub(c, a);
  const upward = sub(third, scale(dot(third, across), across));
  const height = norm(upward);
  requireInput(
    length > 1e-3 && height > 1e-3,
    () => "slice: must go through three points that are not on one line, got a line",
  );
  const up = scale(1 / height, upward);
  const least = Math.min(0, dot(third, across)) - margin;
  const most = Math.max(length, dot(third, across)) + margin;
  return {
    corner: add(a, add(scale(least, across), scale(-margin, up))),
    across,
    up,
    width: most - least,
    height: height + 2 * margin,
  };
}

/**
 * Evaluates one spin component of a field on a rectangle, by polynomials through eight grid points
 * along each axis: of a density to about 1e-4 of its largest value.
 *
 * @returns values, shape [rows·columns], along the width fastest, both ends included.
 */
export function onRectangle(grid: Grid, f: ReadonlyRealField, rectangle: Rectangle) {
  const { corner, across, up, width, height } = rectangle;
  const points = (length: number) => 1 + Math.min(MOST, Math.ceil(length / SPACING));
  const [columns, rows] = [points(width), points(height)];
  const at = interpolation(grid, f);
  const values = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const x = scale((width * column) / (columns - 1), across);
      const y = scale((height * row) / (rows - 1), up);
      values[column + columns * row] = at(add(corner, add(x, y)));
    }
  return { width, height, columns, rows, values };
}

/** Evaluates a field at equal distances on a line between two places [bohr], ends included. */
export function onLine(grid: Grid, f: ReadonlyRealField, from: Vec3, to: Vec3, count: number): Float64Array {
  const at = interpolation(grid, f);
  const way = sub(to, from);
  return Float64Array.from({ length: count }, (_, i) => at(add(from, scale(i / (count - 1), way))));
}

/** Returns a function of a place, Cartesian [bohr]. */
function interpolation({ lattice, size }: Grid, f: ReadonlyRealField): (r: Vec3) => number {
  const fractional = toFractional(lattice.vectors);
  const [nx, ny] = size;
  return (r) => {
    const [x, y, z] = fractional(r).map((s, i) => nodes(s, size[i]!)) as [Nodes, Nodes, Nodes];
    let value = 0;
    for (let k = 0; k < ORDER; k++)
      for (let j = 0; j < ORDER; j++) {
        const start = nx * (y.index[j]! + ny * z.index[k]!);
        let line = 0;
        for (let i = 0; i < ORDER; i++) line += x.weight[i]! * f[start + x.index[i]!]!;
        value += z.weight[k]! * y.weight[j]! * line;
      }
    return value;
  };
}

interface Nodes {
  readonly index: readonly number[];
  readonly weight: readonly number[];
}

/** The grid points around a place on a periodic axis, with the weights of Lagrange's polynomial. */
function nodes(s: number, n: number): Nodes {
  const place = s * n;
  const base = Math.floor(place) - ORDER / 2 + 1;
  const index = Array.from({ length: ORDER }, (_, i) => (((base + i) % n) + n) % n);
  const weight = index.map((_, i) => {
    let product = 1;
    for (let j = 0; j < ORDER; j++) if (j !== i) product *= (place - base - j) / (i - j);
    return product;
  });
  return { index, weight };
}

/** An atom, or its image, at or beside a rectangle. */
export interface AtomOnRectangle {
  /** Number in the list, from 0. */
  readonly atom: number;
  /** From the corner [bohr]. */
  readonly x: number;
  readonly y: number;
  /** From the plane [bohr]. */
  readonly distance: number;
}

/** Finds all atoms, images included, over a rectangle and not further from it than `reach`. */
export function atomsOn(
  { lattice }: Pick<Grid, "lattice">,
  positions: readonly Vec3[],
  { corner, across, up, width, height }: Rectangle,
  reach: number,
): AtomOnRectangle[] {
  const normal = cross(across, up);
  const middle = add(corner, add(scale(width / 2, across), scale(height / 2, up)));
  const far = Math.hypot(width, height) / 2 + reach;
  const centre = toFractional(lattice.vectors)(middle);
  const spans = planeSpacings(lattice).map((spacing) => far / spacing);
  const found: AtomOnRectangle[] = [];
  positions.forEach((position, atom) => {
    const [xs, ys, zs] = position.map((s, i) => {
      const [least, most] = [Math.ceil(centre[i]! - spans[i]! - s), Math.floor(centre[i]! + spans[i]! - s)];
      return Array.from({ length: Math.max(0, most - least + 1) }, (_, n) => s + least + n);
    }) as [number[], number[], number[]];
    for (const a of xs)
      for (const b of ys)
        for (const c of zs) {
          const r = sub(rowsVec(lattice.vectors, [a, b, c]), corner);
          const [x, y, distance] = [dot(r, across), dot(r, up), Math.abs(dot(r, normal))];
          const isOver = x > -1e-6 && x < width + 1e-6 && y > -1e-6 && y < height + 1e-6;
          if (isOver && distance <= reach) found.push({ atom, x, y, distance });
        }
  });
  return found;
}
