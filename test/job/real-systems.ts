/** Jobs with and without a centre of inversion, small. */
const fcc = (a: number) => [[0, a / 2, a / 2], [a / 2, 0, a / 2], [a / 2, a / 2, 0]]; // biome-ignore format: a matrix
const pair = (a: number, first: string, second: string) => ({
  lattice: fcc(a),
  atoms: [
    { element: first, position: [0, 0, 0] },
    { element: second, position: [0.25, 0.25, 0.25] },
  ],
});
const tight = { scf: { tolerance: { density: 1e-8 } } };
const metal = { temperature: 0.01, smearing: "fermi-dirac", ...tight };

export const realSystems: Readonly<Record<string, object>> = {
  silicon: { structure: pair(10.26, "Si", "Si"), ecut: 4, kgrid: [2, 2, 2], ...tight },
  "gallium arsenide": { structure: pair(10.6, "Ga", "As"), ecut: 4, kgrid: [3, 3, 3], pseudopotentials: { Ga: "gth-lda-q3", As: "gth-lda" }, ...tight }, // biome-ignore format: one line
  "silicon, PBE": { structure: pair(10.26, "Si", "Si"), ecut: 6, kgrid: [3, 3, 3], functional: "pbe", pseudopotentials: "gth-pbe", ...tight }, // biome-ignore format: one line
  "silicon with shifted k-points": { structure: pair(10.26, "Si", "Si"), ecut: 6, kgrid: [2, 2, 2], kshift: [0.5, 0.5, 0.5], ...tight }, // biome-ignore format: one line
  "silicon without symmetry": { structure: pair(10.26, "Si", "Si"), ecut: 5, kgrid: [3, 2, 1], symmetry: false, ...tight }, // biome-ignore format: one line
  aluminium: { structure: { lattice: fcc(7.6), atoms: [{ element: "Al", position: [0, 0, 0] }] }, ecut: 8, kgrid: [4, 4, 4], ...metal }, // biome-ignore format: one line
  "aluminium off the origin": { structure: { lattice: fcc(7.6), atoms: [{ element: "Al", position: [0.1234, -0.271, 0.4] }] }, ecut: 8, kgrid: [3, 3, 3], ...metal }, // biome-ignore format: one line
  "aluminium, three layers": {
    structure: {
      lattice: [[5.4, 0, 0], [0, 5.4, 0], [0, 0, 22]], // biome-ignore format: a matrix
      atoms: [
        { element: "Al", position: [0, 0, 0.1] },
        { element: "Al", position: [0.5, 0.5, 0.1 + 3.8 / 22] },
        { element: "Al", position: [0, 0, 0.1 + 7.6 / 22] },
      ],
    },
    ecut: 6,
    kgrid: [3, 3, 1],
    temperature: 0.01,
    smearing: "marzari-vanderbilt",
    ...tight,
  },
  "magnesium oxide": {
    structure: { lattice: fcc(7.96), atoms: [{ element: "Mg", position: [0, 0, 0] }, { element: "O", position: [0.5, 0.5, 0.5] }] }, // biome-ignore format: one line
    pseudopotentials: { Mg: "gth-lda-q2", O: "gth-lda" },
    ecut: 12,
    kgrid: [2, 2, 2],
    ...tight,
  },
  "hydrogen molecule off the centre": {
    structure: { lattice: [[9, 0, 0], [0, 8, 0], [0, 0, 8]], atoms: [{ element: "H", position: [0.13, 0.2, 0.3] }, { element: "H", position: [0.29, 0.2, 0.3] }] }, // biome-ignore format: one line
    ecut: 10,
    ...tight,
  },
  "lithium hydride molecule": {
    structure: { lattice: [[12, 0, 0], [0, 9, 0], [0, 0, 9]], atoms: [{ element: "Li", position: [0.1, 0.2, 0.3] }, { element: "H", position: [0.351, 0.2, 0.3] }] }, // biome-ignore format: one line
    ecut: 8,
    ...tight,
  },
  "iron, polarised": {
    structure: { lattice: [[-2.7, 2.7, 2.7], [2.7, -2.7, 2.7], [2.7, 2.7, -2.7]], atoms: [{ element: "Fe", position: [0, 0, 0], magneticMoment: 2.5 }] }, // biome-ignore format: one line
    pseudopotentials: "gth-lda-q8",
    ecut: 12,
    kgrid: [2, 2, 2],
    spin: "collinear",
    ...metal,
    temperature: 0.02,
  },
};
