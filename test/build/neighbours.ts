import { norm, rowsVec, sub, type Vec3 } from "../../src/common/vec3.ts";
import { createLattice, planeSpacings } from "../../src/model/lattice.ts";
import type { Structure } from "../../src/model/structure.ts";

/** Distances [bohr] from atom `from` to all others within `radius`, images included, ascending; of one element if given. */
export function distancesFrom(
  { lattice, atoms }: Structure,
  from: number,
  radius: number,
  element?: string,
): number[] {
  const reach = planeSpacings(createLattice(lattice)).map((d) => Math.ceil(radius / d) + 1) as [
    number,
    number,
    number,
  ];
  const found: number[] = [];
  const centre = atoms[from]!.position;
  for (const atom of atoms) {
    if (element !== undefined && atom.element !== element) continue;
    for (let i = -reach[0]; i <= reach[0]; i++)
      for (let j = -reach[1]; j <= reach[1]; j++)
        for (let k = -reach[2]; k <= reach[2]; k++) {
          const offset = sub(atom.position, centre);
          const shift: Vec3 = [offset[0] + i, offset[1] + j, offset[2] + k];
          const distance = norm(rowsVec(lattice, shift));
          if (distance > 1e-6 && distance <= radius) found.push(distance);
        }
  }
  return found.sort((a, b) => a - b);
}
