interface MagneticAtom {
  readonly element: string;
  readonly position: number[];
  readonly magneticMoment: number;
}

/** Iron at a cutoff and k-grid that only keep it magnetic. */
export const IRON = {
  structure: {
    lattice: [[-2.7, 2.7, 2.7], [2.7, -2.7, 2.7], [2.7, 2.7, -2.7]], // biome-ignore format: a matrix
    atoms: [{ element: "Fe", position: [0, 0, 0], magneticMoment: 3 }],
  },
  pseudopotentials: "gth-lda-q8",
  ecut: 12,
  kgrid: [2, 2, 2],
  temperature: 0.01,
  spin: "collinear",
};

/** Two spins that alternate, on a grid that holds both places. */
export const ANTIFERROMAGNET = {
  ...IRON,
  structure: {
    lattice: [[6, 0, 0], [0, 6, 0], [0, 0, 6]], // biome-ignore format: a matrix
    atoms: [
      { element: "Cr", position: [0, 0, 0], magneticMoment: 3 },
      { element: "Cr", position: [0.5, 0.5, 0.5], magneticMoment: -3 },
    ],
  },
  pseudopotentials: "gth-lda-q6",
  ecut: 14,
  fftSize: [24, 24, 24],
};

/** Atoms in a cube [bohr]. */
export const inBox = (length: number, ...atoms: readonly MagneticAtom[]) => ({
  structure: { lattice: [[length, 0, 0], [0, length, 0], [0, 0, length]], atoms: [...atoms] }, // biome-ignore format: a matrix
  ecut: 12,
  temperature: 0.001,
  spin: "collinear",
});
