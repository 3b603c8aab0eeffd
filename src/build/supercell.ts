import { requireInput } from "../common/failure.ts";
import { scale, type Vec3 } from "../common/vec3.ts";
import { MOST_ATOMS, type Structure } from "../model/structure.ts";

/**
 * Repeats a structure along its lattice vectors, copy by copy, the first vector fastest.
 *
 * @throws InputError unless `times` holds three positive integers, and for too many atoms.
 *
 * @example
 * ```ts
 * import { bulk, supercell } from "stillwave";
 *
 * console.log(supercell(bulk("Si"), [2, 2, 2]).atoms.length);
 * ```
 */
export function supercell({ lattice: [a, b, c], atoms }: Structure, times: Vec3): Structure {
  requireInput(
    times.every((n) => Number.isInteger(n) && n > 0),
    () => `repeat: must be three positive whole numbers such as 2,2,1, got ${times.join(",")}`,
  );
  const [n1, n2, n3] = times;
  const total = n1 * n2 * n3 * atoms.length;
  requireInput(
    total <= MOST_ATOMS,
    () =>
      `repeat: must give at most ${MOST_ATOMS} atoms, got ${times.join(",")}, which makes ${total} of ${atoms.length}; fewer copies run in less time`,
  );
  const copies: Vec3[] = [];
  for (let k = 0; k < n3; k++)
    for (let j = 0; j < n2; j++) for (let i = 0; i < n1; i++) copies.push([i, j, k]);
  return {
    lattice: [scale(n1, a), scale(n2, b), scale(n3, c)],
    atoms: copies.flatMap(([i, j, k]) =>
      atoms.map((atom) => {
        const [x, y, z] = atom.position;
        return { ...atom, position: [(x + i) / n1, (y + j) / n2, (z + k) / n3] as Vec3 };
      }),
    ),
  };
}
