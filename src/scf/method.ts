import type { RealField } from "../kernels/fields.ts";
import type { Model } from "../model/model.ts";
import type { BlockProgress, Orbitals } from "../parallel/orbitals.ts";
import type { Levels, Occupation } from "../state/occupation.ts";
import type { ScfProblem } from "./problem.ts";
import type { Energies, MethodState, ScfState } from "./state.ts";
import type { Stopwatch } from "./stopwatch.ts";

/** Convergence tolerances; all that are given must be met. */
export interface Tolerance {
  /** ‖ρout − ρin‖ [bohr^(-3/2)] */
  readonly density?: number | undefined;
  /** |ΔE| between steps [Ha] */
  readonly energy?: number | undefined;
}

/** Orbitals and state at the start of a step. */
export interface StepStart<State extends MethodState = MethodState> {
  readonly orbitals: Orbitals;
  /** `method` is absent in the first step, and if another method wrote the state. */
  readonly state: ScfState<State>;
  readonly watch: Stopwatch;
  progress(phase: "diagonalise" | "density"): BlockProgress;
}

/** Result of the first half of a step. */
export interface SolvedStep {
  /** Reference density ρin and density ρout of the orbitals, symmetrised [bohr⁻³], [nSpin·N]. */
  readonly rhoIn: RealField;
  readonly rhoOut: RealField;
  /** ‖ρout − ρin‖ = √(∫|Δρ|² dr) [bohr^(-3/2)] */
  readonly densityResidual: number;
  readonly energies: Energies;
  readonly levels: readonly Levels[];
  readonly occupation: Occupation;
  /** ‖Hψ − εψ‖ [Ha], one array for each k-point and spin. */
  readonly residualNorms: readonly Float64Array[];
  /** Number of bands multiplied by H, summed over k-points. */
  readonly hamiltonianApplications: number;
  /** Whether the eigensolver reached its tolerance. */
  readonly isSolved: boolean;
  /** Whether ρout = F(ρin), so that the residual measures self-consistency. */
  readonly isMeasurement: boolean;
}

/** Density and memory for the next step. */
export interface NextStep<State extends MethodState = MethodState> {
  /** Density of the next step [bohr⁻³], shape [nSpin·N]; may be an array of `SolvedStep`. */
  readonly rho: RealField;
  readonly method: State;
  /** α of the table of steps: length of the step along its direction. */
  readonly damping: number;
  /** ‖α P⁻¹(F(ρ) − ρ)‖ [bohr^(-3/2)] of a damped density step; tightens the next eigensolve. */
  readonly stepNorm?: number;
}

/** Run of a method. State outside `MethodState` is not in checkpoints. */
export interface ScfIteration<
  Solved extends SolvedStep = SolvedStep,
  State extends MethodState = MethodState,
> {
  /** Finds the orbitals of this step, their density and energy. */
  solve(start: StepStart<State>): Promise<Solved>;
  /**
   * Decides the potential or density of the next step.
   *
   * @param isLast whether the run has converged; the state is then that of the solution, for
   *   restarts.
   */
  next(start: StepStart<State>, solved: Solved, isLast: boolean): Promise<NextStep<State>>;
}

/** Method for self-consistency. `scf` uses this interface and no method by name. */
export interface ScfMethod {
  /** Name, which marks the states written by the method. */
  readonly name: string;
  /**
   * Returns the number of bands to hold, or null if electrons and smearing decide. Absent: the
   * user's number.
   *
   * @param chosen the user's number, or null.
   * @throws InputError if the method does not apply to the system.
   */
  bands?(model: Model, chosen: number | null): number | null;
  begin(problem: ScfProblem, tolerance: Tolerance): ScfIteration;
}
