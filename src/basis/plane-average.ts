import type { ReadonlyRealField } from "../kernels/fields.ts";
import type { Grid } from "./grid.ts";

/** Returns the mean of a field, summed over spins, on each plane normal to an axis, [n_axis]. */
export function planeAverage(
  { size, points }: Pick<Grid, "size" | "points">,
  f: ReadonlyRealField,
  axis: 0 | 1 | 2,
): Float64Array {
  const count = size[axis];
  const stride = [1, size[0], size[0] * size[1]][axis]!;
  const out = new Float64Array(count);
  for (let i = 0; i < f.length; i++) {
    const plane = Math.floor((i % points) / stride) % count;
    out[plane]! += f[i]! / (points / count);
  }
  return out;
}
