/** Jobs of a second, of many small steps, of large steps, and one that is not relaxed. */
const STRUCTURE = {
  lattice: [[0, 5.13, 5.13], [5.13, 0, 5.13], [5.13, 5.13, 0]], // biome-ignore format: a matrix
  atoms: [
    { element: "Si", position: [0.125, 0.125, 0.125] },
    { element: "Si", position: [-0.125, -0.125, -0.125] },
  ],
};

export const TINY = {
  title: "silicon",
  structure: STRUCTURE,
  ecut: 3,
  kgrid: [2, 2, 2],
  scf: { tolerance: { density: 1e-9 } },
};

/** Takes hundreds of steps of some milliseconds. */
export const PATIENT = {
  ...TINY,
  ecut: 3,
  scf: {
    mixing: { name: "simple" },
    accelerator: { name: "none" },
    damping: 0.02,
    tolerance: { density: 1e-6 },
    maxIterations: 5000,
  },
};

/** Each of its steps takes long enough for a second signal to meet the same step. */
export const HEAVY = {
  ...TINY,
  ecut: 30,
  bands: 16,
  kgrid: [2, 1, 1],
  symmetry: false,
  scf: { tolerance: { density: 1e-10 } },
};

export const STRAINED = {
  ...TINY,
  kgrid: [1, 1, 1],
  structure: {
    ...STRUCTURE,
    atoms: [
      { element: "Si", position: [0, 0, 0] },
      { element: "Si", position: [0.27, 0.25, 0.25] },
    ],
  },
};
