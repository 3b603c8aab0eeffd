import type { Grid } from "../basis/grid.ts";
import type { ReadonlyRealField } from "../kernels/fields.ts";
import { planeSpacings } from "../model/lattice.ts";

/** Axis whose planes are farthest from their images, where long waves fit: 0, 1 or 2; the last of equal ones. */
export function longAxis({ lattice }: Grid): 0 | 1 | 2 {
  const spacings = planeSpacings(lattice);
  const longest = Math.max(...spacings);
  // Rounding must not decide between equal axes.
  return ([2, 1, 0] as const).find((axis) => spacings[axis]! > longest * (1 - 1e-9)) ?? 2;
}

/** Mean over each plane of grid points perpendicular to an axis, of the sum over spins; shape [n_axis]. */
export function planeAverage({ size, points }: Grid, f: ReadonlyRealField, axis: 0 | 1 | 2): Float64Array {
  const count = size[axis];
  const stride = [1, size[0], size[0] * size[1]][axis]!;
  const out = new Float64Array(count);
  for (let i = 0; i < f.length; i++) {
    const plane = Math.floor((i % points) / stride) % count;
    out[plane]! += f[i]! / (points / count);
  }
  return out;
}
