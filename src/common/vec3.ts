/** A 3-vector. */
export type Vec3 = readonly [number, number, number];
/** A 3×3 matrix as a tuple of rows. */
export type Mat3 = readonly [Vec3, Vec3, Vec3];

export const dot = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const norm = (a: Vec3): number => Math.hypot(a[0], a[1], a[2]);
export const add = (a: Vec3, b: Vec3): Vec3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
export const sub = (a: Vec3, b: Vec3): Vec3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
export const scale = (s: number, a: Vec3): Vec3 => [s * a[0], s * a[1], s * a[2]];
/** Applies a function to the components, each with its index. */
export const mapVec = (v: Vec3, of: (x: number, axis: number) => number): Vec3 => [
  of(v[0], 0),
  of(v[1], 1),
  of(v[2], 2),
];
export const cross = (a: Vec3, b: Vec3): Vec3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

/** Returns m·v with v a column. */
export const matVec = (m: Mat3, v: Vec3): Vec3 => [dot(m[0], v), dot(m[1], v), dot(m[2], v)];
/** Returns mᵀ·v: fractional → Cartesian coordinates if the rows of m are lattice vectors. */
export const rowsVec = (m: Mat3, v: Vec3): Vec3 => [
  v[0] * m[0][0] + v[1] * m[1][0] + v[2] * m[2][0],
  v[0] * m[0][1] + v[1] * m[1][1] + v[2] * m[2][1],
  v[0] * m[0][2] + v[1] * m[1][2] + v[2] * m[2][2],
];
export const transpose = (m: Mat3): Mat3 => [
  [m[0][0], m[1][0], m[2][0]],
  [m[0][1], m[1][1], m[2][1]],
  [m[0][2], m[1][2], m[2][2]],
];
export const matMul = (a: Mat3, b: Mat3): Mat3 => [rowsVec(b, a[0]), rowsVec(b, a[1]), rowsVec(b, a[2])];
export const det = (m: Mat3): number => dot(m[0], cross(m[1], m[2]));

/** Returns m⁻¹. The caller checks that det(m) ≠ 0. */
export function inverse(m: Mat3): Mat3 {
  const d = det(m);
  return transpose([
    scale(1 / d, cross(m[1], m[2])),
    scale(1 / d, cross(m[2], m[0])),
    scale(1 / d, cross(m[0], m[1])),
  ]);
}

/** Returns the largest |a_ij − b_ij|. */
export const largestDifference = (a: Mat3, b: Mat3): number =>
  Math.max(...a.flatMap((row, i) => row.map((x, j) => Math.abs(x - b[i]![j]!))));

const round = (x: number): number => x - Math.round(x);
/** Moves components to [−1/2, 1/2]: the nearest image of a point in fractional coordinates. */
export const centred = (x: Vec3): Vec3 => [round(x[0]), round(x[1]), round(x[2])];

/** Returns all vectors of integers from −n to n, x slowest. */
export function integerVectors(n: number): Vec3[] {
  const range = Array.from({ length: 2 * n + 1 }, (_, i) => i - n);
  return range.flatMap((x) => range.flatMap((y) => range.map((z): Vec3 => [x, y, z])));
}
