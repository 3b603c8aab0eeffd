import type { Grid } from "../basis/grid.ts";
import type { ReadonlyRealField, RealField } from "../kernels/fields.ts";
import type { EnergyWindow } from "../state/energy-window.ts";
import type { Levels } from "../state/occupation.ts";

/**
 * Applies P⁻¹: out ← P⁻¹ residual, both of shape [nSpin·N]. `out` must not alias `residual`;
 * neither is kept. Asynchronous where the orbitals are needed.
 */
export type ApplyPreconditioner = (out: RealField, residual: ReadonlyRealField) => void | Promise<void>;

/** Levels of a state with Fermi level, smearing and spin. */
export interface IterateLevels {
  readonly nSpin: 1 | 2;
  /** [Ha] */
  readonly fermiLevel: number;
  /** Smearing width of the calculation [Ha]; 0 without smearing. */
  readonly temperature: number;
  /** Electrons per full level, 2/nSpin. */
  readonly fMax: number;
  /** Eigenvalues of all k-points and spins, spin slowest. */
  readonly levels: readonly Levels[];
}

/** State of the iteration whose residual is to be preconditioned. */
export interface Iterate extends IterateLevels {
  readonly grid: Grid;
  /** Returns the density of the occupied orbitals [bohr⁻³], nonnegative, shape [nSpin·N]. */
  density(): Promise<RealField>;
  /**
   * Makes δρ → χ₀ K δρ [bohr⁻³], the change of the output density with the input density, to a
   * relative accuracy. Absent outside an SCF iteration.
   */
  readonly responseTo?: (accuracy: number) => Promise<(deltaRho: ReadonlyRealField) => Promise<RealField>>;
}

/**
 * P⁻¹ of the iteration ρ ← ρ + α P⁻¹ (F(ρ) − ρ): any object with `name` and `at`. It must keep the
 * electron count, Σ_r P⁻¹f = Σ_r f.
 */
export interface Preconditioner {
  /** Shown in reports, with its parameters: `kerker(kTF=0.8)`. */
  readonly name: string;
  /**
   * Returns the energy windows of the local densities of states that `at` needs. They are computed
   * together with the density, in one pass over the orbitals. Absent: none.
   */
  needs?(levels: IterateLevels): readonly EnergyWindow[];
  /**
   * Makes P⁻¹ for a state.
   *
   * @param iterate the state.
   * @param states local densities of states in the windows of `needs`, in their order: D(r) = Σ_nk
   *   w_k fMax δ_T(ε_nk − E) |ψ_nk(r)|² [Ha⁻¹ bohr⁻³], δ_T(x) = e^{−(x/T)²}/(T√π), shape [nSpin·N].
   *   The preconditioner may keep the arrays.
   */
  at(iterate: Iterate, states: readonly RealField[]): ApplyPreconditioner | Promise<ApplyPreconditioner>;
  /**
   * Makes Pᵀ⁻¹ for the residual V[ρ] − V of potential mixing, whose Jacobian 1 − Kχ₀ is the
   * transpose of 1 − χ₀K. Absent where it equals P⁻¹, as for filters of plane waves.
   */
  transposedAt?(
    iterate: Iterate,
    states: readonly RealField[],
  ): ApplyPreconditioner | Promise<ApplyPreconditioner>;
}
