import { requireInput } from "../common/failure.ts";
import type { Structure } from "../model/structure.ts";
import { crystalShape } from "./crystals.ts";

/**
 * Builds one layer of graphite or of a compound with its structure, such as graphene (`C`) and
 * boron nitride (`BN`), in the xy plane at the middle of the cell.
 *
 * @param options lattice constant, by default that of the crystal, and distance of layers [bohr].
 * @throws InputError for a name without a lattice constant, or invalid lengths.
 *
 * @example
 * ```ts
 * import { sheet } from "stillwave";
 *
 * const { lattice, atoms } = sheet("BN", { vacuum: 20 });
 * console.log(lattice[0][0], atoms.map(({ element }) => element));
 * ```
 */
export function sheet(
  name: string,
  { a: given, vacuum }: { readonly a?: number | undefined; readonly vacuum: number },
): Structure {
  // The height does not matter to one layer.
  const { elements, a } = crystalShape(name, { crystal: "graphitic", a: given, c: 1 });
  requireInput(
    Number.isFinite(vacuum) && vacuum > 0,
    () => `vacuum: must be a positive length, got ${vacuum}; at least 15 bohr keeps layers apart`,
  );
  const [first, second = first] = elements;
  return {
    lattice: [
      [a, 0, 0],
      [-a / 2, (a * Math.sqrt(3)) / 2, 0],
      [0, 0, vacuum],
    ],
    atoms: [
      { element: first, position: [1 / 3, 2 / 3, 0.5] },
      { element: second, position: [2 / 3, 1 / 3, 0.5] },
    ],
  };
}
