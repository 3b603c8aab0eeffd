import { findGth } from "../../src/atoms/gth/gth-table.ts";
import { createKPoint } from "../../src/basis/kpoint.ts";
import type { Kernels } from "../../src/kernels/kernels.ts";
import { addedWork, countedKernels } from "../../src/kernels/work.ts";
import { createLattice } from "../../src/model/lattice.ts";
import type { Atom } from "../../src/model/model.ts";
import { createHamiltonian } from "../../src/terms/hamiltonian.ts";
import { type Case, compareBackends, randomArray } from "../harness/case.ts";
import { SLAB } from "./slab-sphere.ts";

/** Ten layers of fcc (001) planes, two atoms each, half a cube edge apart; the rest is vacuum. */
function slabAtoms(): Atom[] {
  const [a, , c] = SLAB.cell;
  return Array.from({ length: 10 }, (_, layer) => layer).flatMap((layer): Atom[] => {
    const z = (layer * a) / 2 / c;
    const shift = layer % 2 === 0 ? 0 : 0.5;
    return [
      { species: 0, position: [0, shift, z] },
      { species: 0, position: [0.5, (shift + 0.5) % 1, z] },
    ];
  });
}

function slabHamiltonian(kernels: Kernels) {
  const [a, b, c] = SLAB.cell;
  const lattice = createLattice([
    [a, 0, 0],
    [0, b, 0],
    [0, 0, c],
  ]);
  const species = [{ element: "Al", pseudopotential: findGth("Al", "gth-lda") }];
  const kpoint = createKPoint(lattice, SLAB.grid, SLAB.ecut, [1 / 3, 1 / 3, 0], 1);
  const points = SLAB.grid[0] * SLAB.grid[1] * SLAB.grid[2];
  const potential = randomArray(kernels, points, 3);
  return createHamiltonian(kernels, { lattice, species, atoms: slabAtoms() }, SLAB.grid, kpoint, potential);
}

export const hamiltonian: Case = {
  name: "hamiltonian",
  why: "H on all bands is the unit in which eigensolvers are counted; its shares say which kernel is worth work.",
  run(backends, report) {
    const timed = backends.map(({ name, kernels }) => ({ name, kernels: countedKernels(kernels) }));
    const calls = new Map<string, number>();
    const before = new Map(timed.map(({ name, kernels }) => [name, kernels.work()]));
    const name = "hamiltonian";
    const variant = `slab, ${SLAB.bands} bands`;
    const measured = compareBackends(
      { name, variant, budget: { seconds: 4, rounds: 5 } },
      timed,
      (kernels) => {
        const h = slabHamiltonian(kernels);
        const psi = randomArray(kernels, 2 * h.n * SLAB.bands, 1);
        const out = kernels.alloc(psi.length);
        const backend = timed.find((b) => b.kernels === kernels)!;
        before.set(backend.name, backend.kernels.work());
        return () => {
          h.applyInto(out, psi, SLAB.bands);
          calls.set(backend.name, (calls.get(backend.name) ?? 0) + 1);
        };
      },
    );
    for (const m of measured) {
      const { kernels } = timed.find(({ name }) => name === m.backend)!;
      const { transforms, products, columns } = addedWork(kernels.work(), before.get(m.backend)!, -1);
      const each = (work: { readonly seconds: number }) => (1000 * work.seconds) / calls.get(m.backend)!;
      report({
        ...m,
        details: { fftMs: each(transforms), gemmMs: each(products), columnsMs: each(columns) },
      });
    }
  },
};
