import type { KPoint } from "../basis/kpoint.ts";
import type { RealBasis } from "../basis/real/real-basis.ts";
import type { Tensor } from "../common/tensor.ts";
import type { Kernels, Products, SphereFft } from "../kernels/kernels.ts";
import type { Lattice } from "../model/lattice.ts";
import type { Atom, Species } from "../model/model.ts";

/** One k-point of a crystal, in the memory of one kernel instance. */
export interface BlockSite {
  readonly kernels: Kernels;
  readonly lattice: Lattice;
  readonly species: readonly Species[];
  readonly atoms: readonly Atom[];
  readonly kpoint: KPoint;
  readonly fft: SphereFft;
  /** Basis of real coefficients, in which all operators are real; absent for complex ones. */
  readonly real?: RealBasis | undefined;
}

/**
 * An operator at one k-point. Panels are [planeWaves × nVectors], complex or, in a real basis,
 * real.
 */
export interface BlockTerm {
  /** Part diagonal in plane waves [Ha], shape [planeWaves]. */
  readonly diagonal?: Float64Array;
  /**
   * out ← out + (the operator without its diagonal) x; absent if it is diagonal.
   *
   * @param products for its matrix products. Default those of the kernels.
   */
  addInto?(out: Float64Array, x: Float64Array, nVectors: number, products?: Products): void;
  /** out ← ⟨ψ|·|ψ⟩ of each vector [Ha]; given if cheaper than `addInto`. */
  energies?(out: Float64Array, psi: Float64Array, nVectors: number): void;
  /**
   * Returns −∂/∂R Σ_n w_n ⟨ψ_n|·|ψ_n⟩ for every atom, Cartesian [Ha/bohr], shape [3·nAtoms]. Absent
   * if the operator does not move with the atoms.
   *
   * @param weights f_n w_k, one for each vector of the panel.
   */
  forces?(psi: Float64Array, weights: Float64Array): Float64Array;
  /**
   * At a site of complex coefficients: returns ∂/∂ε Σ_n w_n ⟨ψ_n|·|ψ_n⟩ [Ha] at fixed coefficients,
   * k+G → (1 − ε)(k+G), if known.
   */
  strain?(psi: Float64Array, weights: Float64Array): Tensor;
}

/** Recipe for an operator at a k-point: plain data, or a function, which needs a single thread. */
export type Operator =
  | { readonly kind: "kinetic" }
  | { readonly kind: "nonlocal" }
  /** A on the grid, shape [3·N]. */
  | { readonly kind: "magnetic"; readonly vectorPotential: Float64Array }
  | ((site: BlockSite) => BlockTerm);
