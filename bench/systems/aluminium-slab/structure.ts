/** Lattice constant of aluminium [bohr], 4.05 Å. */
const A = 7.65339;

/**
 * A slab of `layers` fcc (001) layers, one atom each, with as much vacuum: the surface cell is a square of side a/√2,
 * layers are a/2 apart and every other one is shifted by half the square's diagonal.
 */
export function structure(layers: number) {
  const side = A / Math.SQRT2;
  return {
    lattice: [
      [side, 0, 0],
      [0, side, 0],
      [0, 0, layers * A],
    ],
    atoms: Array.from({ length: layers }, (_, i) => ({
      element: "Al",
      position: [i % 2 === 0 ? 0 : 0.5, i % 2 === 0 ? 0 : 0.5, i / (2 * layers)],
    })),
  };
}
