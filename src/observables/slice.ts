import type { Grid } from "../basis/grid.ts";
import { requireInput } from "../common/failure.ts";
import { dot, norm, type Vec3 } from "../common/vec3.ts";
import type { ReadonlyRealField } from "../kernels/fields.ts";

/** Plane spanned by the lattice vectors `across` and `up`, at fraction `at` of the third. */
export interface Plane {
  readonly across: 0 | 1 | 2;
  readonly up: 0 | 1 | 2;
  readonly at: number;
}

/** Field on a rectangle of a plane, `across` along the first vector, `up` perpendicular to it. */
export interface Slice {
  /** Sides [bohr]. */
  readonly width: number;
  readonly height: number;
  /** Number of points on each side, both ends included. */
  readonly columns: number;
  readonly rows: number;
  /** Shape [rows·columns], across fastest. */
  readonly values: Float64Array;
  readonly plane: Plane;
}

/** Distance of points [bohr] at which contours look smooth. */
const SPACING = 0.15;

/**
 * Evaluates one spin component of a field on a plane, by the trigonometric polynomial through its
 * grid values. A skew cell gives a rectangle of the same area, which is also a cell of the plane.
 *
 * @throws InputError if the two vectors are the same or the plane lies outside the cell.
 *
 * @example
 * ```ts
 * import { bulk, contourSvg, newJob, slice, solve } from "stillwave";
 *
 * const job = newJob(bulk("Si"), { ecut: 5, kgrid: [2, 2, 2], isMetal: false });
 * await using silicon = await solve(job);
 * const plane = slice(silicon.basis.grid, silicon.density.data, { across: 0, up: 1, at: 0 });
 * const svg = await contourSvg(plane, { quantity: "ρ (bohr⁻³)" });
 * console.log(svg.length);
 * ```
 */
export function slice({ lattice, size }: Grid, f: ReadonlyRealField, plane: Plane): Slice {
  const { across, up, at } = plane;
  requireInput(across !== up, () => `slice: must be spanned by two lattice vectors, got ${across} twice`);
  requireInput(at >= 0 && at <= 1, () => `slice: must cross the third vector from 0 to 1, got ${at}`);
  const u = lattice.vectors[across];
  const v = lattice.vectors[up];
  const width = norm(u);
  const along = dot(u, v) / width;
  const height = Math.sqrt(dot(v, v) - along * along);
  const third = (3 - across - up) as 0 | 1 | 2;
  const stride = [1, size[0], size[0] * size[1]] as const;
  const [nu, nv, nw] = [size[across], size[up], size[third]];
  const columns = 1 + Math.ceil(width / SPACING);
  const rows = 1 + Math.ceil(height / SPACING);

  const deep = cardinal(at, nw);
  const flat = new Float64Array(nu * nv);
  for (let j = 0; j < nv; j++)
    for (let i = 0; i < nu; i++)
      for (let k = 0; k < nw; k++)
        flat[i + nu * j]! += deep[k]! * f[i * stride[across] + j * stride[up] + k * stride[third]]!;

  const values = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const t = row / (rows - 1);
    const weights = cardinal(t, nv);
    const line = new Float64Array(nu);
    for (let j = 0; j < nv; j++) for (let i = 0; i < nu; i++) line[i]! += weights[j]! * flat[i + nu * j]!;
    for (let column = 0; column < columns; column++) {
      const s = column / (columns - 1) - (t * along) / width;
      const near = cardinal(s, nu);
      let value = 0;
      for (let i = 0; i < nu; i++) value += near[i]! * line[i]!;
      values[column + columns * row] = value;
    }
  }
  return { width, height, columns, rows, values, plane };
}

/** Returns the position of a point of the cell on the rectangle, and its distance to it [bohr]. */
export function onSlice(
  { lattice }: Pick<Grid, "lattice">,
  { plane: { across, up, at }, width, height }: Slice,
  position: Vec3,
): { readonly x: number; readonly y: number; readonly distance: number } {
  const third = (3 - across - up) as 0 | 1 | 2;
  const wrapped = (s: number) => s - Math.floor(s + 1e-9);
  const along = dot(lattice.vectors[across], lattice.vectors[up]) / width;
  const t = wrapped(position[up]);
  const offset = position[third] - at;
  return {
    x: wrapped(position[across] + (t * along) / width) * width,
    y: t * height,
    distance: Math.abs(offset - Math.round(offset)) * norm(lattice.vectors[third]),
  };
}

/** Weights of values at j/n in the trigonometric polynomial at x; even n: cosine at the top. */
function cardinal(x: number, n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, j) => {
    const angle = Math.PI * (x - j / n);
    const sine = Math.sin(angle);
    if (Math.abs(sine) < 1e-12) return 1;
    return n % 2 === 1
      ? Math.sin(n * angle) / (n * sine)
      : (Math.sin(n * angle) * Math.cos(angle)) / (n * sine);
  });
}
