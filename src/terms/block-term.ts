import type { KPoint } from "../basis/kpoint.ts";
import type { Tensor } from "../common/tensor.ts";
import type { Kernels, SphereFft } from "../kernels/kernels.ts";
import type { Lattice } from "../model/lattice.ts";
import type { Atom, Species } from "../model/model.ts";

/** Where an operator acts: one k-point of a crystal, in the memory of one kernel instance. */
export interface BlockSite {
  readonly kernels: Kernels;
  readonly lattice: Lattice;
  readonly species: readonly Species[];
  readonly atoms: readonly Atom[];
  readonly kpoint: KPoint;
  readonly fft: SphereFft;
}

/**
 * An operator at one k-point. Panels are complex [planeWaves × nVectors], arrays of the site's
 * kernels.
 */
export interface BlockTerm {
  /** The part that is diagonal in plane waves [Ha], shape [planeWaves]. */
  readonly diagonal?: Float64Array;
  /** out ← out + the rest of the operator times x. Absent: there is none. */
  addInto?(out: Float64Array, x: Float64Array, nVectors: number): void;
  /** ⟨ψ|·|ψ⟩ of each vector [Ha], where there is a cheaper way than by `addInto`. */
  energies?(out: Float64Array, psi: Float64Array, nVectors: number): void;
  /**
   * −∂/∂R Σ_n w_n ⟨ψ_n|·|ψ_n⟩ for every atom, Cartesian [Ha/bohr], shape [3·nAtoms]. Absent: it
   * does not move with the atoms.
   *
   * @param weights f_n w_k, one for each vector of the panel.
   */
  forces?(psi: Float64Array, weights: Float64Array): Float64Array;
  /**
   * ∂/∂ε Σ_n w_n ⟨ψ_n|·|ψ_n⟩ at fixed coefficients, k+G → (1 − ε)(k+G) [Ha]. Absent: it is not
   * known.
   */
  strain?(psi: Float64Array, weights: Float64Array): Tensor;
}

/**
 * How an operator is made at a k-point: plain data, which can be sent to other threads, or a
 * function of one's own, which cannot and so needs a calculation in one thread.
 */
export type Operator =
  | { readonly kind: "kinetic" }
  | { readonly kind: "nonlocal" }
  /** A on the grid, shape [3·N]. */
  | { readonly kind: "magnetic"; readonly vectorPotential: Float64Array }
  | ((site: BlockSite) => BlockTerm);
