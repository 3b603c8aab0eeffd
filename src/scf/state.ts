import type { RealField } from "../kernels/fields.ts";
import type { BlocksWork } from "../parallel/blocks.ts";
import type { Levels, Occupation } from "../state/occupation.ts";
import type { Energies } from "../terms/sums.ts";
import type { StepTimes } from "./stopwatch.ts";

export type { Energies };

/** Cost and residual of a step. */
export interface HistoryRow {
  readonly step: number;
  /** Free energy of the output orbitals and density [Ha]. */
  readonly energy: number;
  /** ‖ρout − ρin‖ = √(∫|Δρ|² dr) [bohr^(-3/2)]; along a line search the change of the density. */
  readonly densityResidual: number;
  readonly damping: number;
  /** Total moment of the output density [μB]; spin-polarised runs only. */
  readonly magnetisation?: number;
  /** Wall time [s], in all and by part. */
  readonly seconds: number;
  readonly parts?: StepTimes;
  /** What the threads did in this time, seconds of all threads. */
  readonly work?: BlocksWork;
  /** Number of bands multiplied by H, summed over k-points. */
  readonly hamiltonianApplications: number;
}

/** Memory of a method beside the density; plain data, read only by the method of this name. */
export interface MethodState {
  /** Name of the method. */
  readonly name: string;
}

/** State to continue the iteration from; plain data. A checkpoint is a copy of it. */
export interface ScfState<Method extends MethodState = MethodState> {
  /** Density of the next step [bohr⁻³], shape [nSpin·N]. */
  readonly rho: RealField;
  /** Memory of the method; absent before the first step. */
  readonly method?: Method | undefined;
  readonly history: readonly HistoryRow[];
  /** Tolerance of the next diagonalisation [Ha]. */
  readonly eigenTolerance: number;
  /** Number of bands that must converge in the next step, and number held. */
  readonly nConverge: number;
  readonly nBands: number;
  /** Panels of all blocks, if saved with the state. */
  readonly orbitals?: readonly Float64Array[];
}

/** Step of the self-consistent field as reported to callers. */
export interface ScfStep {
  readonly row: HistoryRow;
  readonly energies: Energies;
  /** F(ρ), symmetrised, shape [nSpin·N]. */
  readonly rhoOut: RealField;
  readonly rhoIn: RealField;
  readonly levels: readonly Levels[];
  readonly residualNorms: readonly Float64Array[];
  readonly occupation: Occupation;
  /** Whether all tolerances are met. */
  readonly converged: boolean;
  readonly warnings: readonly string[];
  /** State to continue from after this step. */
  readonly state: ScfState;
}
