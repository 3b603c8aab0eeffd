/** One atom of silicon in a face-centred cubic cell: what a job of a command needs at the least. */
export const ONE_SILICON = {
  structure: {
    lattice: [[0, 5, 5], [5, 0, 5], [5, 5, 0]],
    atoms: [{ element: "Si", position: [0, 0, 0] }],
  },
}; // biome-ignore format: a matrix

/** Of a high cutoff and a mixing of its own, for commands whose run is a fake. */
export const SILICON_JOB = { ...ONE_SILICON, ecut: 15, scf: { mixing: { name: "kerker", kTF: 1.5 } } };
