import type { Grid } from "../basis/grid.ts";
import type { ReadonlyRealField, RealField } from "../kernels/fields.ts";
import type { EnergyWindow } from "../state/energy-window.ts";
import type { Levels } from "../state/occupation.ts";

/**
 * Applies P⁻¹: out ← P⁻¹ residual, both of shape [nSpin·N]. `out` must not alias `residual`; neither is kept. A promise
 * where the orbitals are needed for it.
 */
export type ApplyPreconditioner = (out: RealField, residual: ReadonlyRealField) => void | Promise<void>;

/** The levels of a state and what is needed to read them. */
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

/** What a preconditioner may look at: the state whose residual it is about to be given. */
export interface Iterate extends IterateLevels {
  readonly grid: Grid;
  /** Density of the orbitals as they are occupied [bohr⁻³], nowhere negative, shape [nSpin·N]. */
  density(): Promise<RealField>;
  /**
   * δρ → χ₀ K δρ [bohr⁻³], how the output density changes with the input, to a relative accuracy. Absent where the state
   * is not that of an iteration.
   */
  readonly responseTo?: (accuracy: number) => Promise<(deltaRho: ReadonlyRealField) => Promise<RealField>>;
}

/**
 * P⁻¹ of the iteration ρ ← ρ + α P⁻¹ (F(ρ) − ρ). Any object with `name` and `at` is one. It must keep the electron count:
 * Σ_r P⁻¹f = Σ_r f.
 */
export interface Preconditioner {
  /** Shown in reports, with its parameters: `kerker(kTF=0.8)`. */
  readonly name: string;
  /**
   * Says which local densities of states `at` needs, by their windows of energy. They are made in one pass over the orbitals
   * together with the density. Absent: none.
   */
  needs?(levels: IterateLevels): readonly EnergyWindow[];
  /**
   * Makes P⁻¹ for a state.
   *
   * @param iterate the state.
   * @param states what `needs` asked for, in its order:
   *   D(r) = Σ_nk w_k fMax δ_T(ε_nk − E) |ψ_nk(r)|² [Ha⁻¹ bohr⁻³], shape [nSpin·N], with δ_T(x) = e^{−(x/T)²}/(T√π).
   *   The arrays are the preconditioner's own.
   */
  at(iterate: Iterate, states: readonly RealField[]): ApplyPreconditioner | Promise<ApplyPreconditioner>;
  /**
   * Makes Pᵀ⁻¹, for the residual V[ρ] − V of an iteration on potentials, whose Jacobian 1 − Kχ₀ is the transpose of 1 − χ₀K.
   * Absent where it is P⁻¹, as for every filter of plane waves. Arguments as in `at`.
   */
  transposedAt?(
    iterate: Iterate,
    states: readonly RealField[],
  ): ApplyPreconditioner | Promise<ApplyPreconditioner>;
}
