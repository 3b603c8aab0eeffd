import type { PlaneWaveBasis } from "../basis/plane-wave-basis.ts";
import { inversionCentre } from "../basis/real/inversion-centre.ts";
import { requireInput } from "../common/failure.ts";
import type { BackendName } from "../kernels/kernels.ts";
import type { Operator } from "../terms/block-term.ts";
import { type Orbitals, openOrbitals } from "./orbitals.ts";
import type { WorkerSource } from "./spawn.ts";

/** Threads, back end and seed of orbitals. */
export interface OrbitalsOptions {
  /** Default 1. */
  readonly threads?: number;
  /** Address of the module of a worker, or a pool of workers. Default the package's own. */
  readonly worker?: WorkerSource | undefined;
  /** Default `wasm`. */
  readonly backend?: BackendName;
  /** Seed of the random orbitals. Default 0. */
  readonly seed?: number;
  /**
   * Real coefficients wherever H_k is real in some basis, by a centre of inversion among the
   * operations of the basis or at k ≡ −k. Densities are then to be averaged over these operations.
   * Default false.
   */
  readonly realOrbitals?: boolean;
}

/**
 * Makes a function that opens any number of bands at the k-points and spins of a basis, one block
 * each, spin slowest. A signal aborts between blocks, see `openOrbitals`.
 *
 * @throws InputError if an operator cannot be sent to other threads, or is a magnetic field where
 *   the basis takes k and −k for equivalent.
 */
export function orbitalsFor(
  basis: PlaneWaveBasis,
  { threads = 1, worker, backend = "wasm", seed = 0, realOrbitals = false }: OrbitalsOptions = {},
): (nBands: number, operators?: readonly Operator[], signal?: AbortSignal) => Promise<Orbitals> {
  const { model, grid, ecut, kpoints } = basis;
  const { lattice, species, atoms, nSpin } = model;
  const blocks = Array.from({ length: nSpin }, (_, spin) =>
    kpoints.map(({ k, weight, planeWaves }) => ({ k, weight, spin, planeWaves })),
  ).flat();
  const real =
    realOrbitals && basis.timeReversal
      ? { centre: inversionCentre(model, basis.operations, grid.size, ecut) }
      : undefined;
  return async (nBands, operators, signal) => {
    requireInput(
      !basis.timeReversal || operators?.some(isMagnetic) !== true,
      () =>
        "timeReversal: must be false where a term is a magnetic field, got true; orbitals at k and −k are conjugate without one only",
    );
    requireInput(
      threads === 1 ||
        blocks.length === 1 ||
        operators?.every((operator) => typeof operator !== "function") !== false,
      () =>
        `threads: must be 1 where a term's operator is a function, which no other thread can be sent, got ${threads}`,
    );
    const setup = {
      lattice,
      species,
      atoms,
      size: grid.size,
      ecut,
      nBands,
      seed,
      operators,
      realOrbitals: real,
    };
    return openOrbitals({ setup, blocks, nSpin, backend }, { threads, worker, signal });
  };
}

const isMagnetic = (operator: Operator): boolean =>
  typeof operator !== "function" && operator.kind === "magnetic";
