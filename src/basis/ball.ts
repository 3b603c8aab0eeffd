import { rowsVec, type Vec3 } from "../common/vec3.ts";
import { planeSpacings } from "../model/lattice.ts";
import type { Grid } from "./grid.ts";

/**
 * Calls `visit` for every grid point within `radius` of an atom or one of its periodic images: with its index and the
 * Cartesian vector from the nearest such image on. A point in the balls of several images is visited once for each.
 *
 * @param position fractional coordinates.
 * @param radius [bohr].
 */
export function forEachInBall(
  { lattice, size: [nx, ny, nz] }: Pick<Grid, "lattice" | "size">,
  position: Vec3,
  radius: number,
  visit: (point: number, x: number, y: number, z: number, distance: number) => void,
): void {
  const [spacingX, spacingY, spacingZ] = planeSpacings(lattice);
  const range = (at: number, spacing: number, n: number): [number, number] => [
    Math.ceil((at - radius / spacing) * n),
    Math.floor((at + radius / spacing) * n),
  ];
  const wrap = (i: number, n: number): number => ((i % n) + n) % n;
  const [ax, ay, az] = lattice.vectors[0];
  const [x0, x1] = range(position[0], spacingX!, nx);
  const [y0, y1] = range(position[1], spacingY!, ny);
  const [z0, z1] = range(position[2], spacingZ!, nz);
  for (let iz = z0; iz <= z1; iz++)
    for (let iy = y0; iy <= y1; iy++) {
      const [bx, by, bz] = rowsVec(lattice.vectors, [0, iy / ny - position[1], iz / nz - position[2]]);
      const row = nx * (wrap(iy, ny) + ny * wrap(iz, nz));
      for (let ix = x0; ix <= x1; ix++) {
        const t = ix / nx - position[0];
        const [x, y, z] = [bx + t * ax, by + t * ay, bz + t * az];
        const distance = Math.sqrt(x * x + y * y + z * z);
        if (distance <= radius) visit(row + wrap(ix, nx), x, y, z, distance);
      }
    }
}
