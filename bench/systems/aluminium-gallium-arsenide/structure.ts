/** Lattice constant of gallium arsenide [bohr], 5.65 Å. */
const A = 10.68;
/** Square of (001): GaAs has one atom a layer in it; aluminium, turned by 45°, two, strained by 1.3 %. */
const SIDE = A / Math.SQRT2;
/** Distances of (001) layers [bohr], and of the two that meet. */
const GAAS_LAYER = A / 4;
const AL_LAYER = 7.65339 / 2;
const CONTACT = (GAAS_LAYER + AL_LAYER) / 2;

/** Where the atoms of the layers sit in the square, layer after layer. */
const GAAS = [
  { element: "As", position: [0, 0] },
  { element: "Ga", position: [0.5, 0] },
  { element: "As", position: [0.5, 0.5] },
  { element: "Ga", position: [0, 0.5] },
] as const;
const AL = [
  [
    [0, 0],
    [0.5, 0.5],
  ],
  [
    [0.5, 0],
    [0, 0.5],
  ],
] as const;

/**
 * Gallium arsenide, `cells` cells of four layers between two of arsenic, and as thick a film of aluminium, repeated: two
 * interfaces that are alike.
 */
export function structure(cells: number) {
  const gaas = 4 * cells + 1;
  const al = Math.round((cells * A) / AL_LAYER) | 1;
  const start = (gaas - 1) * GAAS_LAYER + CONTACT;
  const height = start + (al - 1) * AL_LAYER + CONTACT;
  const atom = (element: string, [x, y]: readonly [number, number], z: number) => ({
    element,
    position: [x, y, z / height],
  });
  return {
    lattice: [
      [SIDE, 0, 0],
      [0, SIDE, 0],
      [0, 0, height],
    ],
    atoms: [
      ...Array.from({ length: gaas }, (_, i) =>
        atom(GAAS[i % 4]!.element, GAAS[i % 4]!.position, i * GAAS_LAYER),
      ),
      ...Array.from({ length: al }, (_, i) =>
        AL[i % 2]!.map((place) => atom("Al", place, start + i * AL_LAYER)),
      ).flat(),
    ],
  };
}
