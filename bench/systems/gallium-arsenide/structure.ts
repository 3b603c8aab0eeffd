/** Gallium with three valence electrons, its 3d shell in the core. */
export const PSEUDOPOTENTIALS = { Ga: "gth-lda-q3", As: "gth-lda" };

/** Lattice constant of gallium arsenide [bohr], 5.65 Å. */
const A = 10.68;
/** The four atoms of the tetragonal cell of side a/√2 and height a. */
const CELL = [
  { element: "Ga", position: [0, 0, 0] },
  { element: "As", position: [0.5, 0, 0.25] },
  { element: "Ga", position: [0.5, 0.5, 0.5] },
  { element: "As", position: [0, 0.5, 0.75] },
] as const;
/** [bohr]; a perfect crystal has no long waves, however many cells are put together. */
const OFF_SITE = 0.2;

/** `cells` cells on top of each other, the first atom moved upwards. */
export function structure(cells: number) {
  const side = A / Math.SQRT2;
  const height = cells * A;
  return {
    lattice: [
      [side, 0, 0],
      [0, side, 0],
      [0, 0, height],
    ],
    atoms: Array.from({ length: cells }, (_, cell) =>
      CELL.map(({ element, position: [x, y, z] }, i) => ({
        element,
        position: [x, y, (z + cell) / cells + (cell === 0 && i === 0 ? OFF_SITE / height : 0)],
      })),
    ).flat(),
  };
}
