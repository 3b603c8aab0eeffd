import type { RealField } from "../kernels/fields.ts";
import type { Grid } from "./grid.ts";

/**
 * Values on the real-space grid with their shape, as in array libraries: `ndarray(f.data, f.shape,
 * f.stride)` is a view of them, and so is NumPy's array of order "F".
 */
export interface Field {
  /** x fastest, spin slowest; not copied. */
  readonly data: RealField;
  /** [n1, n2, n3], or [2, n1, n2, n3] for two spins. */
  readonly shape: number[];
  /** Step in `data` along each axis of `shape`. */
  readonly stride: number[];
}

/**
 * Makes a field of values.
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
