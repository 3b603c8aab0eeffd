import { findGth } from "../../src/atoms/gth/gth-table.ts";
import { createGrid, exactProductGridSize } from "../../src/basis/grid.ts";
import { symmetrizer } from "../../src/basis/symmetrize.ts";
import { random } from "../../src/common/random.ts";
import type { Vec3 } from "../../src/common/vec3.ts";
import { newRealField } from "../../src/kernels/fields.ts";
import type { GridSize } from "../../src/kernels/kernels.ts";
import { wasmKernelsSync } from "../../src/kernels/wasm/wasm.ts";
import { createLattice } from "../../src/model/lattice.ts";
import type { Atom } from "../../src/model/model.ts";
import type { SymmetryOperation } from "../../src/model/symmetry.ts";

/** Small cells at a low cutoff: about a hundred plane waves. */
export const ECUT = 1.6;
const SPECIES = [["Si", "gth-lda"] as const, ["Cu", "gth-lda-q11"] as const].map(([element, family]) => ({
  element,
  pseudopotential: findGth(element, family),
}));
export const inversion = (w: Vec3): SymmetryOperation => ({
  rotation: [
    [-1, 0, 0],
    [0, -1, 0],
    [0, 0, -1],
  ],
  translation: w,
});

/** A random triclinic crystal: with `centre` atoms in pairs about it, one on it and one half a cell from it. */
export function crystal(seed: number, centre?: Vec3) {
  const stream = random(seed);
  const any = () => stream.normal() / 3;
  const lattice = createLattice([
    [6 + any(), any(), any()],
    [any(), 5.5 + any(), any()],
    [any(), any(), 6.5 + any()],
  ]);
  const position = (): Vec3 => [any(), any(), any()];
  const atoms: Atom[] = [];
  for (const species of [0, 1]) {
    const p = position();
    atoms.push({ species, position: p });
    if (centre !== undefined)
      atoms.push({
        species,
        position: [2 * centre[0] - p[0], 2 * centre[1] - p[1] + 1, 2 * centre[2] - p[2]],
      });
  }
  if (centre !== undefined) {
    atoms.push({ species: 0, position: centre });
    atoms.push({ species: 1, position: [centre[0] + 0.5, centre[1], centre[2] - 0.5] });
  }
  const size = exactProductGridSize(lattice.vectors, ECUT);
  return { lattice, species: SPECIES, atoms, size };
}

/** Random smooth V(r) of a crystal, invariant under `operations`. */
export function randomPotential(
  size: GridSize,
  lattice: ReturnType<typeof createLattice>,
  operations: SymmetryOperation[],
  seed: number,
) {
  // biome-ignore format: one line
  const kernels = wasmKernelsSync();
  const grid = createGrid(lattice, size, kernels);
  const v = newRealField(grid.points);
  const stream = random(seed);
  for (let r = 0; r < v.length; r++) v[r] = stream.normal();
  symmetrizer(grid, operations)(v);
  return { grid, v };
}
