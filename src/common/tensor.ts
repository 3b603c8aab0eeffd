import { add, type Mat3 } from "./vec3.ts";

/** A symmetric 3 × 3 matrix accumulated in place, row by row, shape [9]. */
export type Tensor = Float64Array;

export const newTensor = (): Tensor => new Float64Array(9);

/** t ← t + s v vᵀ with v = (x, y, z). */
export function addOuter(t: Tensor, s: number, x: number, y: number, z: number): void {
  t[0]! += s * x * x;
  t[4]! += s * y * y;
  t[8]! += s * z * z;
  t[1] = t[3] = t[1]! + s * x * y;
  t[2] = t[6] = t[2]! + s * x * z;
  t[5] = t[7] = t[5]! + s * y * z;
}

/** t ← t + s 1. */
export function addIdentity(t: Tensor, s: number): void {
  for (let c = 0; c < 3; c++) t[4 * c]! += s;
}

/** Returns s t as a matrix. */
export const toMatrix = (t: Tensor, s = 1): Mat3 => [
  [s * t[0]!, s * t[1]!, s * t[2]!],
  [s * t[3]!, s * t[4]!, s * t[5]!],
  [s * t[6]!, s * t[7]!, s * t[8]!],
];

export const addMatrices = (a: Mat3, b: Mat3): Mat3 => [add(a[0], b[0]), add(a[1], b[1]), add(a[2], b[2])];
