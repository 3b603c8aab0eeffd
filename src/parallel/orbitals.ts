import type { Vec3 } from "../common/vec3.ts";
import type { ReadonlyRealField, RealField } from "../kernels/fields.ts";
import type { BackendName } from "../kernels/kernels.ts";
import type {
  BlockEigenvalues,
  EigenRequest,
  OrbitalEnergies,
  OrbitalProblem,
} from "../state/orbital-block.ts";
import type { ResponseRequest } from "../state/response-block.ts";
import type { BlockGradient } from "../state/stiefel.ts";

/** A k-point and spin of a calculation. Blocks are ordered spin slowest. */
export interface BlockLabel {
  readonly k: Vec3;
  readonly weight: number;
  readonly spin: number;
}

/** Everything another thread needs to hold blocks of orbitals. */
export interface OrbitalsSpec {
  readonly problem: OrbitalProblem;
  readonly blocks: readonly BlockLabel[];
  readonly nSpin: number;
  readonly backend: BackendName;
}

/** Change of the density with the potential, all blocks together. */
export interface DensityResponse {
  /** δρ(r) at fixed Fermi level [bohr⁻³], not symmetrised, shape [nSpin·N]. */
  readonly density: RealField;
  /** Bands multiplied by H. */
  readonly applications: number;
  /** Whether every Sternheimer equation reached its tolerance. */
  readonly converged: boolean;
}

/** Called when a block is finished: how many of how many. */
export type BlockProgress = (done: number, total: number) => void;

/**
 * The orbitals of all k-points, wherever they live: in this thread or spread over workers. Sums over blocks run in
 * block order whatever the number of threads, so the digits do not depend on it.
 */
export interface Orbitals {
  readonly spec: OrbitalsSpec;
  readonly threads: number;
  /** Solves for the orbitals of the local potential V(r), shape [nSpin·N]. */
  diagonalise(
    potential: ReadonlyRealField,
    request: EigenRequest,
    progress?: BlockProgress,
  ): Promise<BlockEigenvalues[]>;
  /**
   * Σ_blocks Σ_n w_n |ψ_n(r)|² [bohr⁻³], not symmetrised, shape [nSpin·N].
   *
   * @param weights one array per block; for the density f_n w_k electrons.
   */
  density(weights: readonly Float64Array[], progress?: BlockProgress): Promise<RealField>;
  /** The same for several sets of weights, in one pass over the orbitals. */
  densities(
    sets: readonly (readonly Float64Array[])[],
    progress?: BlockProgress,
  ): Promise<readonly RealField[]>;
  /** Kinetic and nonlocal energy for the same weights, all blocks. */
  energies(weights: readonly Float64Array[]): Promise<OrbitalEnergies>;
  /** Σ of the nonlocal forces [Ha/bohr], Cartesian, shape [3·nAtoms]. */
  nonlocalForces(weights: readonly Float64Array[]): Promise<Float64Array>;
  /** ∂(E_kinetic + E_nonlocal)/∂ε at fixed coefficients [Ha], 3 × 3 by rows. */
  strain(weights: readonly Float64Array[]): Promise<Float64Array>;
  /**
   * First-order change of the density when the potential of the last `diagonalise` changes by δV(r) [Ha], shape
   * [nSpin·N].
   *
   * @param requests one per block.
   */
  response(
    deltaPotential: ReadonlyRealField,
    requests: readonly ResponseRequest[],
    progress?: BlockProgress,
  ): Promise<DensityResponse>;
  /** Gradient of the energy in the potential V(r) for orbitals that are all full, one per block. */
  gradient(potential: ReadonlyRealField): Promise<BlockGradient[]>;
  /** What of panels, one per block, is tangent to the orbitals; preconditioned or not. */
  tangentPart(panels: readonly Float64Array[], preconditioned: boolean): Promise<Float64Array[]>;
  /** Replaces all orbitals by orthonormal bases of the spans of panels, one per block. */
  retract(panels: readonly Float64Array[]): Promise<void>;
  /** Copies of the orbitals, one panel per block. */
  save(): Promise<Float64Array[]>;
  restore(psi: readonly Float64Array[]): Promise<void>;
  /** Most bytes the kernels of all threads held. */
  peakMemory(): Promise<number>;
  /** Ends the workers; the orbitals are gone. */
  close(): Promise<void>;
}
