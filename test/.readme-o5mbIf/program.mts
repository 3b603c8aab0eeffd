import { solve } from "file:///work/wt/tasks/src/index.ts";

await using silicon = await solve({
  structure: {
    lattice: [[0, 5.13, 5.13], [5.13, 0, 5.13], [5.13, 5.13, 0]],
    atoms: [
      { element: "Si", position: [0.125, 0.125, 0.125] },
      { element: "Si", position: [-0.125, -0.125, -0.125] },
    ],
  },
  ecut: 8,
  kgrid: [2, 2, 2],
});
console.log(silicon.energies.total, silicon.history.length);
