import type { Mat3 } from "../common/vec3.ts";
import type { ReadonlyRealField, RealField } from "../kernels/fields.ts";

/** Names of the parts of the total energy, as in the result file. */
export type EnergyName =
  | "kinetic"
  | "local"
  | "nonlocal"
  | "hartree"
  | "xc"
  | "ewald"
  | "pspCorrection"
  | "entropy"
  | "external"
  | "interaction"
  | "nonlinearity";

/**
 * An energy that is a functional of the density alone, bound to a grid. Energy and derivative come together so
 * that one test can hold them to each other: potential(r) = δE/δρ(r), i.e. dE = dvol Σ_r potential(r) δρ(r).
 */
export interface DensityTerm {
  readonly name: EnergyName;
  /** @param rho density [bohr⁻³], shape [nSpin·N]. The potential [Ha] has the same shape and belongs to the caller. */
  evaluate(rho: ReadonlyRealField): { readonly energy: number; readonly potential: RealField };
  /**
   * σ = (1/Ω) ∂E/∂ε under a strain r → (1 + ε) r that takes the grid points, atoms and electrons along, Ωρ(r) staying as it
   * is [Ha/bohr³]. Absent where it is not known.
   */
  stress?(rho: ReadonlyRealField): Mat3;
}

/** An energy that depends on the nuclei alone. */
export interface ConstantTerm {
  readonly name: EnergyName;
  /** [Ha] per cell. */
  readonly energy: number;
  /** (1/Ω) ∂E/∂ε [Ha/bohr³]; absent where it is not known. */
  readonly stress?: Mat3;
}
