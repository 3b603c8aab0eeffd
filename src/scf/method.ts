import type { RealField } from "../kernels/fields.ts";
import type { Model } from "../model/model.ts";
import type { BlockProgress, Orbitals } from "../parallel/orbitals.ts";
import type { Levels, Occupation } from "../state/occupation.ts";
import type { ScfProblem } from "./problem.ts";
import type { Energies, MethodState, ScfState } from "./state.ts";
import type { Stopwatch } from "./stopwatch.ts";

/** Convergence needs every tolerance given. */
export interface Tolerance {
  /** ‖ρout − ρin‖ [bohr^(-3/2)] */
  readonly density?: number | undefined;
  /** |ΔE| between steps [Ha] */
  readonly energy?: number | undefined;
}

/** Where a step begins. */
export interface StepStart<State extends MethodState = MethodState> {
  readonly orbitals: Orbitals;
  /** `method` is absent in the first step, and where another method wrote the state. */
  readonly state: ScfState<State>;
  readonly watch: Stopwatch;
  progress(phase: "diagonalise" | "density"): BlockProgress;
}

/** What a step has found. */
export interface SolvedStep {
  /** Density that the new one is compared with, and the density of the orbitals, symmetrised [bohr⁻³], shape [nSpin·N]. */
  readonly rhoIn: RealField;
  readonly rhoOut: RealField;
  /** ‖ρout − ρin‖ = √(∫|Δρ|² dr) [bohr^(-3/2)] */
  readonly densityResidual: number;
  readonly energies: Energies;
  readonly levels: readonly Levels[];
  readonly occupation: Occupation;
  /** ‖Hψ − εψ‖ [Ha], one array for each k-point and spin. */
  readonly residualNorms: readonly Float64Array[];
  /** Bands multiplied by H, all k-points together. */
  readonly hamiltonianApplications: number;
  /** Whether the orbitals reached the residual they were asked for. */
  readonly isSolved: boolean;
  /** Whether ρout is F(ρin), so that their difference tells how far the run is from self-consistency. */
  readonly isMeasurement: boolean;
}

/** Where the next step begins. */
export interface NextStep<State extends MethodState = MethodState> {
  /** Density that the next step starts from [bohr⁻³], shape [nSpin·N]; may be kept from `SolvedStep`. */
  readonly rho: RealField;
  readonly method: State;
  /** α for the table of steps: how far the step went along its direction. */
  readonly damping: number;
  /** ‖α P⁻¹(F(ρ) − ρ)‖ [bohr^(-3/2)], where a damped step of the density is taken; it tightens the next diagonalisation. */
  readonly stepNorm?: number;
}

/** A run of a method. What it holds beyond `MethodState` is lost between runs. */
export interface ScfIteration<
  Solved extends SolvedStep = SolvedStep,
  State extends MethodState = MethodState,
> {
  /** Finds the orbitals of this step, their density and energy. */
  solve(start: StepStart<State>): Promise<Solved>;
  /**
   * Decides what to solve for next.
   *
   * @param isLast whether the run has converged: then the state is that of the solution, to go on from in another run.
   */
  next(start: StepStart<State>, solved: Solved, isLast: boolean): Promise<NextStep<State>>;
}

/** A way to self-consistency. `scf` knows this interface and no method by name. */
export interface ScfMethod {
  /** Marks the states that the method writes. */
  readonly name: string;
  /**
   * Number of bands to hold, or null where the electrons and the smearing decide. A method without it takes the user's.
   *
   * @param chosen the user's number, or null.
   * @throws InputError if the method is not for such a system.
   */
  bands?(model: Model, chosen: number | null): number | null;
  begin(problem: ScfProblem, tolerance: Tolerance): ScfIteration;
}
