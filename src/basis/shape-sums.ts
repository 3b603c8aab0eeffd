import { type RadialShape, shapeAt, shapeRadius } from "../atoms/radial/radial-shape.ts";
import type { Vec3 } from "../common/vec3.ts";
import { forEachRowInBall } from "./ball.ts";
import type { Grid } from "./grid.ts";

/**
 * out ← out + factor Σ_images f(|r − R|) at the grid points; what is below `least` counts as that.
 *
 * @param out shape [N].
 * @param position R, fractional coordinates.
 */
export function addShape(
  out: { [point: number]: number },
  grid: Pick<Grid, "lattice" | "size">,
  position: Vec3,
  shape: RadialShape,
  {
    factor = 1,
    least = Number.NEGATIVE_INFINITY,
  }: { readonly factor?: number; readonly least?: number } = {},
): void {
  const nx = grid.size[0];
  // By rows: a function called for each point would cost ten times as much as f.
  forEachRowInBall(grid, position, shapeRadius(shape), (row, first, count, x0, y0, z0, [dx, dy, dz]) => {
    let column = first;
    for (let i = 0; i < count; i++) {
      const x = x0 + i * dx;
      const y = y0 + i * dy;
      const z = z0 + i * dz;
      out[row + column]! += factor * Math.max(least, shapeAt(shape, Math.sqrt(x * x + y * y + z * z)));
      column++;
      if (column === nx) column = 0;
    }
  });
}
