import type { PlaneWaveBasis } from "../basis/plane-wave-basis.ts";
import { requireInput } from "../common/failure.ts";
import type { BackendName } from "../kernels/kernels.ts";
import type { Operator } from "../terms/block-term.ts";
import { type Orbitals, openOrbitals } from "./orbitals.ts";

/** Threads, back end and seed of orbitals. */
export interface OrbitalsOptions {
  /** Default 1. */
  readonly threads?: number;
  /** Default `wasm`. */
  readonly backend?: BackendName;
  /** Seed of the random orbitals. Default 0. */
  readonly seed?: number;
}

/**
 * Makes a function that opens any number of bands at the k-points and spins of a basis, one block
 * each, spin slowest. A signal aborts between blocks, see `openOrbitals`.
 *
 * @throws InputError if an operator cannot be sent to other threads.
 */
export function orbitalsFor(
  basis: PlaneWaveBasis,
  { threads = 1, backend = "wasm", seed = 0 }: OrbitalsOptions = {},
): (nBands: number, operators?: readonly Operator[], signal?: AbortSignal) => Promise<Orbitals> {
  const { model, grid, ecut, kpoints } = basis;
  const { lattice, species, atoms, nSpin } = model;
  const blocks = Array.from({ length: nSpin }, (_, spin) =>
    kpoints.map(({ k, weight, planeWaves }) => ({ k, weight, spin, planeWaves })),
  ).flat();
  return async (nBands, operators, signal) => {
    requireInput(
      threads === 1 ||
        blocks.length === 1 ||
        operators?.every((operator) => typeof operator !== "function") !== false,
      () =>
        `threads: must be 1 where a term's operator is a function, which no other thread can be sent, got ${threads}`,
    );
    const setup = { lattice, species, atoms, size: grid.size, ecut, nBands, seed, operators };
    return openOrbitals({ setup, blocks, nSpin, backend }, { threads, signal });
  };
}
