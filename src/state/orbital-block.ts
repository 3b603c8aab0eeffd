import { type KPoint, requireRoomForBands } from "../basis/kpoint.ts";
import { invariant, requireInput } from "../common/failure.ts";
import { random } from "../common/random.ts";
import type { GridSize, Kernels } from "../kernels/kernels.ts";
import type { Lattice } from "../model/lattice.ts";
import type { Atom, Species } from "../model/model.ts";
import { type LobpcgWorkspace, lobpcg, lobpcgWorkspace } from "../solvers/lobpcg.ts";
import type { Operator } from "../terms/block-term.ts";
import { createHamiltonian, type Hamiltonian } from "../terms/hamiltonian.ts";

/** Data shared by the Hamiltonians of all k-points; plain, so it can be sent to other threads. */
export interface OrbitalSetup {
  readonly lattice: Lattice;
  readonly species: readonly Species[];
  readonly atoms: readonly Atom[];
  readonly size: GridSize;
  readonly ecut: number;
  /** Operators of the terms besides the local potential. Default kinetic and nonlocal. */
  readonly operators?: readonly Operator[] | undefined;
  /** Number of bands at every k. */
  readonly nBands: number;
  /** Seed of the random start vectors. */
  readonly seed: number;
}

/** Accuracy asked of the orbitals of one potential. */
export interface EigenRequest {
  /** Residual norm ‖Hψ − εψ‖ [Ha]. */
  readonly tolerance: number;
  /** Number of lowest bands that must reach the tolerance. */
  readonly nConverge: number;
  readonly maxIterations: number;
}

/** Eigenvalues of one k-point. */
export interface BlockEigenvalues {
  /** [Ha], ascending, shape [nBands]. */
  readonly eigenvalues: Float64Array;
  readonly residualNorms: Float64Array;
  readonly iterations: number;
  /** Number of bands the Hamiltonian was applied to. */
  readonly applications: number;
  readonly converged: boolean;
}

/** Orbitals of one k-point and one spin, in the memory of one kernel instance. */
export interface OrbitalBlock {
  readonly kernels: Kernels;
  readonly setup: OrbitalSetup;
  readonly kpoint: KPoint;
  readonly hamiltonian: Hamiltonian;
  readonly nBands: number;
  /** Panel [planeWaves × nBands], orthonormal after the first solve. */
  readonly psi: Float64Array;
  diagonalise(request: EigenRequest): BlockEigenvalues;
  /** Returns Σ_n w_n |ψ_n(r)|² [bohr⁻³], shape [N], for each set of weights (f_n w_k electrons). */
  densities(sets: readonly Float64Array[]): Float64Array[];
  /** Returns Σ_n w_n ⟨ψ_n|·|ψ_n⟩ of each operator [Ha]. */
  energies(weights: Float64Array): Float64Array;
  /** Overwrites the lowest orbitals, as many as `psi` holds. */
  restore(psi: Float64Array): void;
}

/** Memory shared by the blocks of one thread: the potential and the panels of the eigensolver. */
export interface BlockShared {
  readonly potential: Float64Array;
  readonly workspace: LobpcgWorkspace;
}

/** @param directions most directions of the eigensolver; default as many as bands. */
export function blockShared(
  kernels: Kernels,
  { size, nBands }: OrbitalSetup,
  kpoints: readonly Pick<KPoint, "planeWaves">[],
  directions = nBands,
): BlockShared {
  return {
    potential: kernels.alloc(size[0] * size[1] * size[2]),
    workspace: lobpcgWorkspace(kernels, longestSphere(kpoints), nBands, directions),
  };
}

/** Returns the largest number of plane waves, at least 1. */
export const longestSphere = (kpoints: readonly Pick<KPoint, "planeWaves">[]): number =>
  kpoints.reduce((most, { planeWaves }) => Math.max(most, planeWaves), 1);

/**
 * Allocates random orbitals, damped at high kinetic energy. The random numbers depend on the seed
 * and on `index` alone, not on the thread.
 *
 * @throws InputError if there are more bands than plane waves.
 */
export function createOrbitalBlock(
  kernels: Kernels,
  setup: OrbitalSetup,
  kpoint: KPoint,
  index: number,
  { potential, workspace }: BlockShared,
): OrbitalBlock {
  const { nBands, size, seed } = setup;
  const n = kpoint.planeWaves;
  const points = size[0] * size[1] * size[2];
  requireRoomForBands(nBands, [kpoint]);
  const hamiltonian = createHamiltonian(kernels, setup, size, kpoint, potential);
  const psi = kernels.alloc(2 * n * nBands);
  const stream = random(seed * 65537 + index * 257 + 1);
  for (let j = 0; j < nBands; j++)
    for (let g = 0; g < n; g++) {
      const damping = 1 / (1 + kpoint.kinetic[g]! ** 2);
      psi[2 * (g + n * j)] = damping * stream.normal();
      psi[2 * (g + n * j) + 1] = damping * stream.normal();
    }

  return {
    kernels,
    setup,
    kpoint,
    hamiltonian,
    nBands,
    psi,
    diagonalise(request) {
      const { values, residualNorms, iterations, applications, converged } = lobpcg(
        kernels,
        hamiltonian,
        psi,
        nBands,
        workspace,
        { ...request, minIterations: 1 },
      );
      return { eigenvalues: values, residualNorms, iterations, applications, converged };
    },
    densities(sets) {
      return kernels.scratch((take) => {
        const rho = take(points * sets.length).fill(0);
        const w = take(nBands * sets.length);
        sets.forEach((weights, s) => {
          invariant(
            weights.length === nBands,
            () => `block density: ${weights.length} weights for ${nBands} bands`,
          );
          // Plane waves are normalised on Ω: |ψ(r)|² = |Σ c e^{iGr}|²/Ω.
          for (let j = 0; j < nBands; j++) w[j + nBands * s] = weights[j]! / setup.lattice.volume;
        });
        hamiltonian.fft.accumulateDensity(rho, psi, w, nBands, sets.length);
        return sets.map((_, s) => rho.slice(points * s, points * (s + 1)));
      });
    },
    energies(weights) {
      let occupied = nBands;
      while (occupied > 0 && weights[occupied - 1] === 0) occupied--;
      return kernels.scratch((take) => {
        const each = take(nBands);
        return Float64Array.from(hamiltonian.parts, (part) => {
          hamiltonian.energies(each, part, psi, occupied);
          let total = 0;
          for (let j = 0; j < occupied; j++) total += weights[j]! * each[j]!;
          return total;
        });
      });
    },
    restore(from) {
      requireInput(
        from.length <= psi.length && from.length % (2 * n) === 0,
        () =>
          `checkpoint: orbitals of k-point ${index} must have ${psi.length} numbers, got ${from.length}; the job differs from the one that wrote it`,
      );
      psi.set(from);
    },
  };
}
