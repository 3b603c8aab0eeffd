import type { RealField } from "../kernels/fields.ts";
import type { Levels, Occupation } from "../state/occupation.ts";
import type { Energies } from "../terms/sums.ts";
import type { StepTimes } from "./stopwatch.ts";

export type { Energies };

/** What a step cost and reached. */
export interface HistoryRow {
  readonly step: number;
  /** Free energy of the output orbitals and density [Ha]. */
  readonly energy: number;
  /** ‖ρout − ρin‖ = sqrt(∫|Δρ|² dr) [bohr^(-3/2)]; along a line of adaptive damping, the change of the density. */
  readonly densityResidual: number;
  readonly damping: number;
  /** Total moment of the output density [μB]; spin-polarised runs only. */
  readonly magnetisation?: number;
  /** Wall time [s], and what it was spent on. */
  readonly seconds: number;
  readonly parts?: StepTimes;
  /** Bands multiplied by H, all k-points together. */
  readonly hamiltonianApplications: number;
}

/** What a method remembers from step to step beside the density, as plain data. Only the method of that name reads it. */
export interface MethodState {
  /** Name of the method. */
  readonly name: string;
}

/** Everything the iteration needs to go on from here, as plain data: a checkpoint is a copy of it. */
export interface ScfState<Method extends MethodState = MethodState> {
  /** Density the next step starts from [bohr⁻³], shape [nSpin·N]. */
  readonly rho: RealField;
  /** What the method remembers, marked by its name; absent before the first step. */
  readonly method?: Method | undefined;
  readonly history: readonly HistoryRow[];
  /** Residual norm the eigensolver is asked for next [Ha]. */
  readonly eigenTolerance: number;
  /** Number of bands that must converge next, and number held. */
  readonly nConverge: number;
  readonly nBands: number;
  /** Panels of all blocks, when they were saved with the state. */
  readonly orbitals?: readonly Float64Array[];
}

/** One step of the self-consistent field, seen from outside. */
export interface ScfStep {
  readonly row: HistoryRow;
  readonly energies: Energies;
  /** F(ρ), symmetrised, shape [nSpin·N]. */
  readonly rhoOut: RealField;
  readonly rhoIn: RealField;
  readonly levels: readonly Levels[];
  readonly residualNorms: readonly Float64Array[];
  readonly occupation: Occupation;
  /** All tolerances met. */
  readonly converged: boolean;
  readonly warnings: readonly string[];
  /** To go on from after this step. */
  readonly state: ScfState;
}
