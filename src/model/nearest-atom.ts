import { centred, norm, rowsVec, sub, type Vec3 } from "../common/vec3.ts";
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
  const { vectors } = lattice;
  const boxes = planeSpacings(lattice).map((d) => Math.max(1, Math.floor(d / BOX)));
  const boxOf = (x: Vec3) => x.map((t, i) => Math.floor((t - Math.floor(t)) * boxes[i]!) % boxes[i]!);
  const flat = (x: number, y: number, z: number) => {
    const wrap = (n: number, i: number) => (n + boxes[i]!) % boxes[i]!;
    return wrap(x, 0) + boxes[0]! * (wrap(y, 1) + boxes[1]! * wrap(z, 2));
  };
  const members = new Map<number, number[]>();
  positions.forEach((position, i) => {
    const [x, y, z] = boxOf(position);
    const box = flat(x!, y!, z!);
    members.set(box, [...(members.get(box) ?? []), i]);
  });
  const nearestOf = (candidates: Iterable<number>, point: Vec3, kind: number): NearestAtom | undefined => {
    let [found, shortest]: [NearestAtom | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
    for (const index of candidates) {
      if (kinds[index] !== kind) continue;
      const offset = centred(sub(positions[index]!, point));
      const distance = norm(rowsVec(vectors, offset));
      if (distance < shortest) [found, shortest] = [{ index, offset }, distance];
    }
    return found;
  };
  const all = positions.map((_, i) => i);
  const neighbourhoods = new Map<number, readonly number[]>();
  const around = (point: Vec3): readonly number[] => {
    const [x, y, z] = boxOf(point) as [number, number, number];
    const box = flat(x, y, z);
    const known = neighbourhoods.get(box);
    if (known !== undefined) return known;
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
    return near !== undefined && norm(rowsVec(vectors, near.offset)) < BOX
      ? near
      : nearestOf(all, point, kind);
  };
}
