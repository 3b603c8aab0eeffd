import type { Mat3, Vec3 } from "../common/vec3.ts";
import type { ReadonlyRealField, RealField } from "../kernels/fields.ts";
import type { Operator } from "./block-term.ts";

/**
 * A part of the energy, with its known derivatives, on one grid and for one model.
 *
 * A term is a functional of the density (`evaluate`), of the orbitals (`operator`), or of neither
 * (`energy`); one of the three is required, all else is optional.
 */
export interface Term {
  /** Name its energy is reported by, except `total`; terms of the same name are added. */
  readonly name: string;
  /**
   * Returns E[ρ] and V = δE/δρ, dE = dvol Σ_r V(r) δρ(r), from one evaluation.
   *
   * @param rho density [bohr⁻³], shape [nSpin·N].
   */
  evaluate?(rho: ReadonlyRealField): Evaluation;
  /** E is linear in ρ, so that V does not depend on ρ. */
  readonly isLinear?: boolean;
  /** V of a density with the model's symmetry has that symmetry by construction, up to the grid. */
  readonly isInvariant?: boolean;
  /** δV/δρ is 4π/|G|² for long waves: the SCF then measures errors by electrostatic energy. */
  readonly isCoulomb?: boolean;
  /** Returns δV/δρ at a density. Absent: a difference quotient of V is used. */
  kernel?(rho: ReadonlyRealField): AddKernel;
  /** Contribution to H at a k-point, with energy Σ f w ⟨ψ|·|ψ⟩; it gives force and stress too. */
  readonly operator?: Operator;
  /** Returns the energy [Ha] per cell, if it depends on neither density nor orbitals. */
  energy?(state: TermState): number;
  /**
   * Returns −∂E/∂R at fixed density, Cartesian [Ha/bohr], for each atom or other position R of the
   * model. Absent if the term does not move with them.
   */
  forces?(state: TermState): readonly Vec3[];
  /** Returns σ = (1/Ω) ∂E/∂ε [Ha/bohr³] under a strain r → (1 + ε) r with Ωρ(r) fixed, if known. */
  stress?(state: TermState): Mat3;
}

/** Value and derivative of a functional at one density. */
export interface Evaluation {
  /** [Ha] per cell. */
  readonly energy: number;
  /** V [Ha], shape [nSpin·N], owned by the caller; ρ must not change before it is first read. */
  readonly potential: RealField;
}

/** out ← out + K δρ [Ha] for a change of the density [bohr⁻³], both of shape [nSpin·N]. */
export type AddKernel = (out: RealField, deltaRho: ReadonlyRealField) => void;

/** State at which terms give energy, forces and stress. */
export interface TermState {
  /** [bohr⁻³], shape [nSpin·N]. */
  readonly rho: ReadonlyRealField;
  /** −T S of the occupations [Ha]; 0 without smearing. */
  readonly entropyEnergy: number;
}

/** A term that is a functional of the density. */
export type DensityTerm = Term & Required<Pick<Term, "evaluate">>;
