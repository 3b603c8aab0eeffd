import type { PlaneWaveBasis } from "../basis/plane-wave-basis.ts";
import type { BackendName } from "../kernels/kernels.ts";
import { type Orbitals, openOrbitals } from "./orbitals.ts";

/** Where orbitals live and what they see beside the local potential. */
export interface OrbitalsOptions {
  /** Default 1. */
  readonly threads?: number;
  /** Default `wasm`. */
  readonly backend?: BackendName;
  /** Of the random start. Default 0. */
  readonly seed?: number;
  /** A(r) of a magnetic field on the grid, shape [3·N]; the basis must then be without time reversal. */
  readonly vectorPotential?: Float64Array | undefined;
}

/**
 * Opens any number of bands at the k-points and spins of a basis, one block each, spin slowest. A signal is heard between
 * blocks, see `openOrbitals`.
 */
export function orbitalsFor(
  basis: PlaneWaveBasis,
  { threads = 1, backend = "wasm", seed = 0, vectorPotential }: OrbitalsOptions = {},
): (nBands: number, signal?: AbortSignal) => Promise<Orbitals> {
  const { model, grid, ecut, kpoints } = basis;
  const { lattice, species, atoms, nSpin } = model;
  const blocks = Array.from({ length: nSpin }, (_, spin) =>
    kpoints.map(({ k, weight, planeWaves }) => ({ k, weight, spin, planeWaves })),
  ).flat();
  const magnetic = vectorPotential === undefined ? {} : { vectorPotential };
  return (nBands, signal) => {
    const problem = { lattice, species, atoms, size: grid.size, ecut, nBands, seed, ...magnetic };
    return openOrbitals({ problem, blocks, nSpin, backend }, { threads, signal });
  };
}
