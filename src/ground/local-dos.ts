import { createGrid } from "../basis/grid.ts";
import { planeAverage } from "../basis/plane-average.ts";
import { symmetrizer } from "../basis/symmetrize.ts";
import { createKernels } from "../kernels/backends.ts";
import { longAxis, planeSpacings } from "../model/lattice.ts";
import { levelCapacity } from "../model/model.ts";
import type { Orbitals } from "../parallel/orbitals.ts";
import { gaussianWeight } from "../state/energy-window.ts";
import type { Levels } from "../state/occupation.ts";
import type { CrystalHamiltonian } from "./crystal-hamiltonian.ts";

/** Mean over planes perpendicular to a lattice axis, of both spins. */
export interface LocalStates {
  readonly axis: 0 | 1 | 2;
  /** Distance of the cell's first plane from its image [bohr]. */
  readonly length: number;
  /** [Ha] */
  readonly energies: Float64Array;
  /** For each energy the values on equally spaced planes [states/(Ha bohr³)]. */
  readonly values: readonly Float64Array[];
}

/** Energies of the local density of states, and how many share one pass over the orbitals. */
const LOCAL_POINTS = 120;
const AT_ONCE = 8;

/** Gaussians reach so many of their widths: e^{−16} is nothing in a picture. */
export const REACH = 4;

/** Where the energies are. */
export interface LocalDosOptions {
  /** Lowest and highest energy [Ha]. */
  readonly window: readonly [number, number];
  /** Of the Gaussians [Ha]. */
  readonly width: number;
  readonly onLocal?: ((done: number, total: number) => void) | undefined;
}

/**
 * Computes D(z, ε) = Σ_nk w_k fMax δ_T(ε_nk − ε) ⟨|ψ_nk|²⟩_z, plane by plane along the long axis.
 *
 * @param orbitals those of all k-points of the grid.
 * @param levels theirs, as many bands as were asked for.
 */
export async function localDensityOfStates(
  { hamiltonian, model, operations }: Pick<CrystalHamiltonian, "hamiltonian" | "model" | "operations">,
  orbitals: Orbitals,
  levels: readonly Levels[],
  { window, width, onLocal }: LocalDosOptions,
): Promise<LocalStates> {
  const kernels = await createKernels(orbitals.spec.backend);
  const grid = createGrid(model.lattice, hamiltonian.setup.size, kernels);
  const symmetrize = symmetrizer(grid, operations);
  const fMax = levelCapacity(model);
  const axis = longAxis(grid.lattice);
  const energies = spaced(window, LOCAL_POINTS);
  const values: Float64Array[] = [];
  const { nBands } = orbitals.spec.setup;
  const weightsAt = (energy: number) =>
    levels.map(({ weight, eigenvalues }) =>
      Float64Array.from({ length: nBands }, (_, n) => {
        const e = eigenvalues[n] ?? Number.NaN; // bands held beyond those asked for have no level
        return gaussianWeight({ center: energy, width }, e, weight * fMax, REACH);
      }),
    );
  while (values.length < energies.length) {
    const sets = Array.from(energies.subarray(values.length, values.length + AT_ONCE), weightsAt);
    for (const states of await orbitals.densities(sets)) {
      symmetrize(states);
      values.push(Float64Array.from(planeAverage(grid, states, axis)));
    }
    onLocal?.(values.length, energies.length);
  }
  return { axis, length: planeSpacings(grid.lattice)[axis], energies, values };
}

/** `count` numbers at equal distances, both ends among them. */
export const spaced = ([from, to]: readonly [number, number], count: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
