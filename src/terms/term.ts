import type { Mat3, Vec3 } from "../common/vec3.ts";
import type { ReadonlyRealField, RealField } from "../kernels/fields.ts";
import type { Operator } from "./block-term.ts";

/**
 * A part of the energy, with the derivatives that are known of it: one object for each, of any
 * name.
 *
 * A term is a functional of the density (`evaluate`), of the orbitals (`operator`), or of neither
 * (`energy`): one of the three is there, everything else is optional. Density and orbitals are
 * those of the grid and the model it was made for.
 */
export interface Term {
  /**
   * Under which its energy is reported; terms of one name are reported as their sum. Any but
   * `total`.
   */
  readonly name: string;
  /**
   * E[ρ] and V = δE/δρ, dE = dvol Σ_r V(r) δρ(r), from one evaluation.
   *
   * @param rho density [bohr⁻³], shape [nSpin·N].
   */
  evaluate?(rho: ReadonlyRealField): Evaluation;
  /** Whether E is linear in ρ: V does not depend on it. */
  readonly isLinear?: boolean;
  /**
   * Whether δV/δρ is Coulomb's for long waves, 4π/|G|²: the iteration then weighs errors by the
   * energy they cost.
   */
  readonly isCoulomb?: boolean;
  /** δV/δρ at a density. Absent: a difference quotient of V takes its place. */
  kernel?(rho: ReadonlyRealField): AddKernel;
  /**
   * What the term adds to H at a k-point: its energy is Σ f w ⟨ψ|·|ψ⟩, and its force and stress
   * come from there as well.
   */
  readonly operator?: Operator;
  /** [Ha] per cell, of what depends neither on the density nor on the orbitals. */
  energy?(state: TermState): number;
  /**
   * −∂E/∂R at fixed density, Cartesian [Ha/bohr], one for each atom, or whatever else the positions
   * R of a model belong to. Absent: nothing of the term moves with them.
   */
  forces?(state: TermState): readonly Vec3[];
  /**
   * σ = (1/Ω) ∂E/∂ε under a strain r → (1 + ε) r that takes the grid points, atoms and electrons
   * along, Ωρ(r) staying as it is [Ha/bohr³]. Absent: it is not known.
   */
  stress?(state: TermState): Mat3;
}

/** A functional of the density at one density. */
export interface Evaluation {
  /** [Ha] per cell. */
  readonly energy: number;
  /**
   * V [Ha], shape [nSpin·N]; it belongs to the caller. The library's own terms make it when it is
   * first read, so the density must not change before.
   */
  readonly potential: RealField;
}

/** out ← out + K δρ [Ha] for a change of the density [bohr⁻³], both of shape [nSpin·N]. */
export type AddKernel = (out: RealField, deltaRho: ReadonlyRealField) => void;

/** A state, as terms see it. */
export interface TermState {
  /** [bohr⁻³], shape [nSpin·N]. */
  readonly rho: ReadonlyRealField;
  /** −T S of the occupations [Ha]; 0 without smearing. */
  readonly entropyEnergy: number;
}

/** A term that is a functional of the density. */
export type DensityTerm = Term & Required<Pick<Term, "evaluate">>;
