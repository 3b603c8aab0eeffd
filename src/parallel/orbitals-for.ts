import type { PlaneWaveBasis } from "../basis/plane-wave-basis.ts";
import { createKernels } from "../kernels/backends.ts";
import type { BackendName } from "../kernels/kernels.ts";
import { localOrbitals } from "./local-orbitals.ts";
import type { Orbitals, OrbitalsSpec } from "./orbitals.ts";
import { pooledOrbitals } from "./pooled-orbitals.ts";

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

/** Makes homes for any number of bands at the k-points and spins of a basis, one block each, spin slowest. */
export function orbitalsFor(
  basis: PlaneWaveBasis,
  { threads = 1, backend = "wasm", seed = 0, vectorPotential }: OrbitalsOptions = {},
): (nBands: number) => Promise<Orbitals> {
  const { model, grid, ecut, kpoints } = basis;
  const { lattice, species, atoms, nSpin } = model;
  const blocks = Array.from({ length: nSpin }, (_, spin) =>
    kpoints.map(({ k, weight }) => ({ k, weight, spin })),
  ).flat();
  const sizes = blocks.map((_, i) => kpoints[i % kpoints.length]!.planeWaves);
  return async (nBands) => {
    const magnetic = vectorPotential === undefined ? {} : { vectorPotential };
    const spec: OrbitalsSpec = {
      problem: { lattice, species, atoms, size: grid.size, ecut, nBands, seed, ...magnetic },
      blocks,
      nSpin,
      backend,
    };
    return threads > 1 && blocks.length > 1
      ? pooledOrbitals(spec, sizes, threads)
      : localOrbitals(await createKernels(backend), spec);
  };
}
