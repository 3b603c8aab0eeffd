import type { Grid } from "../basis/grid.ts";
import type { ReadonlyRealField, RealField } from "../kernels/fields.ts";
import type { EnergyWindow } from "../state/energy-window.ts";
import type { Levels } from "../state/occupation.ts";

/** out ← P⁻¹ residual, both of shape [nSpin·N]. `out` must not alias `residual`; neither is kept. */
export type ApplyPreconditioner = (out: RealField, residual: ReadonlyRealField) => void;

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
  /**
   * Local density of states Σ_nk w_k fMax δ_T(ε_nk − E) |ψ_nk(r)|² [Ha⁻¹ bohr⁻³], shape [nSpin·N], with a
   * Gaussian δ_T(x) = e^{−(x/T)²}/(T√π) of width T [Ha]. A new array at every call.
   *
   * @param center E [Ha]. Default the Fermi level.
   */
  localDensityOfStates(width: number, center?: number): Promise<RealField>;
  /** Density of the orbitals as they are occupied [bohr⁻³], nowhere negative, shape [nSpin·N]. */
  density(): Promise<RealField>;
  /**
   * δρ → χ₀ K δρ [bohr⁻³], how the output density changes with the input, to a relative accuracy. Absent where the state
   * is not that of an iteration.
   */
  readonly responseTo?: (accuracy: number) => Promise<(deltaRho: ReadonlyRealField) => Promise<RealField>>;
}

/**
 * P⁻¹ of the iteration ρ ← ρ + α P⁻¹ (F(ρ) − ρ). Anybody's object with these two members is one. It must keep the
 * electron count: Σ_r P⁻¹f = Σ_r f.
 */
export interface Preconditioner {
  /** Shown in reports, with its parameters: `kerker(kTF=0.8)`. */
  readonly name: string;
  at(iterate: Iterate): ApplyPreconditioner | Promise<ApplyPreconditioner>;
  /**
   * The local densities of states that `at` is going to ask for. They are then made along with the density, which costs a
   * fraction of a pass over the orbitals of their own.
   */
  windows?(levels: IterateLevels): readonly EnergyWindow[];
  /**
   * Pᵀ⁻¹, for the residual V[ρ] − V of an iteration on potentials, whose Jacobian 1 − Kχ₀ is the transpose of 1 − χ₀K. Absent
   * where it is P⁻¹, as for every filter of plane waves.
   */
  transposedAt?(iterate: Iterate): ApplyPreconditioner | Promise<ApplyPreconditioner>;
}

/** One whose application needs the orbitals, wherever they live, and is therefore awaited. */
export interface ResponsePreconditioner {
  readonly name: string;
  at(iterate: Iterate): Promise<(out: RealField, residual: ReadonlyRealField) => Promise<void>>;
}
