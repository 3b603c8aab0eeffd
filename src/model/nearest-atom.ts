import { centred, sub, type Vec3 } from "../common/vec3.ts";
import { type Lattice, planeSpacings } from "./lattice.ts";

/** The atom of a kind nearest to a point, modulo the lattice. */
export interface NearestAtom {
  readonly index: number;
  /** Fractional vector from the point to the atom, components in [−1/2, 1/2]. */
  readonly offset: Vec3;
}

/** Edge of the boxes that atoms are sorted into [bohr]. */
const BOX = 2;

/**
 * Sorts atoms into boxes, so that the search for the atom at a point takes constant time.
 *
 * @param positions fractional.
 * @param kinds one number per atom.
 */
export function nearestAtoms(
  lattice: Lattice,
  positions: readonly Vec3[],
  kinds: readonly number[],
): (point: Vec3, kind: number) => NearestAtom | undefined {
  const [[ax, ay, az], [bx, by, bz], [cx, cy, cz]] = lattice.vectors;
  const [nx, ny, nz] = planeSpacings(lattice).map((d) => Math.max(1, Math.floor(d / BOX))) as [
    number,
    number,
    number,
  ];
  const along = (t: number, n: number) => Math.floor((t - Math.floor(t)) * n) % n;
  const flat = (x: number, y: number, z: number) =>
    ((x + nx) % nx) + nx * (((y + ny) % ny) + ny * ((z + nz) % nz));
  const boxOf = (x: Vec3) => flat(along(x[0], nx), along(x[1], ny), along(x[2], nz));
  const members = new Map<number, number[]>();
  positions.forEach((position, i) => {
    const box = boxOf(position);
    members.set(box, [...(members.get(box) ?? []), i]);
  });
  /** Finds the nearest of some atoms; loops over numbers, as it is called a million times. */
  const nearestOf = (candidates: readonly number[], point: Vec3, kind: number): Nearest | undefined => {
    let [found, shortest] = [-1, Number.POSITIVE_INFINITY];
    for (const index of candidates) {
      if (kinds[index] !== kind) continue;
      const position = positions[index]!;
      let [x, y, z] = [position[0] - point[0], position[1] - point[1], position[2] - point[2]];
      x -= Math.round(x);
      y -= Math.round(y);
      z -= Math.round(z);
      const distance =
        (x * ax + y * bx + z * cx) ** 2 + (x * ay + y * by + z * cy) ** 2 + (x * az + y * bz + z * cz) ** 2;
      if (distance < shortest) [found, shortest] = [index, distance];
    }
    return found < 0
      ? undefined
      : { index: found, offset: centred(sub(positions[found]!, point)), distance2: shortest };
  };
  const all = positions.map((_, i) => i);
  const neighbourhoods = new Map<number, readonly number[]>();
  const around = (point: Vec3): readonly number[] => {
    const box = boxOf(point);
    const known = neighbourhoods.get(box);
    if (known !== undefined) return known;
    const [x, y, z] = [box % nx, Math.floor(box / nx) % ny, Math.floor(box / (nx * ny))];
    const found = new Set<number>();
    for (let i = -1; i <= 1; i++)
      for (let j = -1; j <= 1; j++)
        for (let k = -1; k <= 1; k++)
          for (const index of members.get(flat(x + i, y + j, z + k)) ?? []) found.add(index);
    neighbourhoods.set(box, [...found]);
    return [...found];
  };
  return (point, kind) => {
    const near = nearestOf(around(point), point, kind);
    // Atoms nearer than the edge of a box lie in neighbouring boxes.
    return near !== undefined && near.distance2 < BOX * BOX ? near : nearestOf(all, point, kind);
  };
}

interface Nearest extends NearestAtom {
  readonly distance2: number;
}
