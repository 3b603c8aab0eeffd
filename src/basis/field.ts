import type { RealField } from "../kernels/fields.ts";
import type { Grid } from "./grid.ts";

/**
 * Values on the real-space grid together with their shape, in the terms of array libraries:
 * `ndarray(f.data, f.shape, f.stride)` is a view of them, and so is NumPy's array of order "F".
 */
export interface Field {
  /** x fastest, spin slowest; no copy is made of them. */
  readonly data: RealField;
  /** [n1, n2, n3], or [2, n1, n2, n3] where each spin has its own values. */
  readonly shape: number[];
  /** Distance in `data` of neighbours along each axis of `shape`. */
  readonly stride: number[];
}

/**
 * Gives values their shape.
 *
 * @param data shape [N], or [2·N] for two spins.
 */
export function fieldOn({ size, points }: Pick<Grid, "size" | "points">, data: RealField): Field {
  const [nx, ny] = size;
  const hasSpins = data.length !== points;
  return {
    data,
    shape: hasSpins ? [data.length / points, ...size] : [...size],
    stride: hasSpins ? [points, 1, nx, nx * ny] : [1, nx, nx * ny],
  };
}
