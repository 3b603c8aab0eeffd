/** Jobs with and without a centre of inversion, small. */
const fcc = (a: number) => [[0, a / 2, a / 2], [a / 2, 0, a / 2], [a / 2, a / 2, 0]]; // biome-ignore format: a matrix
const pair = (a: number, first: string, second: string) => ({
  lattice: fcc(a),
  atoms: [
    { element: first, position: [0, 0, 0] },
    { element: second, position: [0.25, 0.25, 0.25] },
  ],
});
const hexagonal = (a: number, c: number, atoms: readonly (readonly [string, number, number, number])[]) => ({
  lattice: [[a, 0, 0], [-a / 2, (a * Math.sqrt(3)) / 2, 0], [0, 0, c]], // biome-ignore format: a matrix
  atoms: atoms.map(([element, ...position]) => ({ element, position })),
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
  "magnesium, hexagonal": {
    structure: hexagonal(6.06, 9.84, [
      ["Mg", 1 / 3, 2 / 3, 0.25],
      ["Mg", 2 / 3, 1 / 3, 0.75],
    ]),
    pseudopotentials: "gth-lda-q2",
    ecut: 5,
    kgrid: [3, 3, 2],
    ...metal,
  },
  "boron nitride in layers": {
    structure: hexagonal(4.73, 12.6, [["B", 1 / 3, 2 / 3, 0.25], ["N", 2 / 3, 1 / 3, 0.25], ["B", 2 / 3, 1 / 3, 0.75], ["N", 1 / 3, 2 / 3, 0.75]]), // biome-ignore format: one line
    ecut: 10,
    kgrid: [2, 2, 1],
    ...tight,
  },
  "selenium on screw axes": {
    structure: hexagonal(8.25, 9.37, [["Se", 0.2254, 0, 1 / 3], ["Se", 0, 0.2254, 2 / 3], ["Se", -0.2254, -0.2254, 0]]), // biome-ignore format: one line
    ecut: 6,
    kgrid: [2, 2, 2],
    ...tight,
  },
  "titanium dioxide, rutile": {
    structure: {
      lattice: [[8.68, 0, 0], [0, 8.68, 0], [0, 0, 5.59]], // biome-ignore format: a matrix
      atoms: [
        ...[0, 0.5].map((x) => ({ element: "Ti", position: [x, x, x] })),
        ...[0.305, -0.305].map((u) => ({ element: "O", position: [u, u, 0] })),
        ...[0.305, -0.305].map((u) => ({ element: "O", position: [0.5 + u, 0.5 - u, 0.5] })),
      ],
    },
    pseudopotentials: { Ti: "gth-lda-q4", O: "gth-lda" },
    ecut: 10,
    kgrid: [1, 1, 2],
    ...tight,
  },
  "diamond off the grid": {
    structure: { lattice: fcc(6.74), atoms: [0, 0.25].map((x) => ({ element: "C", position: [0.0371 + x, -0.119 + x, 0.2713 + x] })) }, // biome-ignore format: one line
    ecut: 12,
    kgrid: [2, 2, 2],
    ...tight,
  },
  "water, PBE": {
    structure: {
      lattice: [[9, 0, 0], [0, 9, 0], [0, 0, 8]], // biome-ignore format: a matrix
      atoms: [
        { element: "O", position: [4, 4.2, 4] },
        { element: "H", position: [5.43, 4.2, 5.11] },
        { element: "H", position: [2.57, 4.2, 5.11] },
      ],
      cartesian: true,
    },
    functional: "pbe",
    pseudopotentials: "gth-pbe",
    ecut: 12,
    ...tight,
  },
  "hydrogen chain, antiferromagnetic": {
    structure: { lattice: [[8, 0, 0], [0, 8, 0], [0, 0, 7]], atoms: [0.1, 0.6].map((z, i) => ({ element: "H", position: [0.3, 0.3, z], magneticMoment: i === 0 ? 1 : -1 })) }, // biome-ignore format: one line
    ecut: 10,
    kgrid: [1, 1, 3],
    spin: "collinear",
    ...metal,
  },
  "gallium arsenide, all k-points general": { structure: pair(10.6, "Ga", "As"), ecut: 4, kgrid: [2, 2, 2], kshift: [0.3, 0.2, 0.1], pseudopotentials: { Ga: "gth-lda-q3", As: "gth-lda" }, ...tight }, // biome-ignore format: one line
};
