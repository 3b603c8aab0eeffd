import type { PredictedRates } from "../../../response/rates.ts";
import type { ResourceUse } from "../../prepare/session.ts";
import type { Job } from "../../schema/job.ts";
import type { MixingChoice } from "../../schema/mixings.ts";

/** An extreme eigenvalue of P⁻¹ε†, dimensionless. */
export interface ExtremeEigenvalue {
  readonly value: number;
  /** ‖P⁻¹ε†x − λx‖/‖x‖ of its approximate vector: an estimate of the error. */
  readonly residual: number;
}

/** A damped iteration from the guess density, to hold the prediction against. */
export interface ObservedIteration {
  readonly damping: number;
  /** max |1 − αλ| at this damping. */
  readonly predictedRate: number;
  /** Mean ratio of residuals over the last steps; absent for too few steps. */
  readonly rate?: number;
  /** True where it was interrupted before its last step; absent else. */
  readonly interrupted?: true;
  /** ‖ρout − ρin‖ of each step [bohr^(-3/2)]. */
  readonly residuals: readonly number[];
}

/** What `dielectric` writes. All eigenvalues and rates are estimates. */
export interface DielectricFile {
  /** Version that wrote the file. */
  readonly stillwave: string;
  readonly job: Job;
  /** Whether the ground state was found and the condition number settled. */
  readonly converged: boolean;
  /** Why not. */
  readonly reason?: string;
  /** P of the operator P⁻¹ε†: the job's mixing or the one asked for. */
  readonly mixing: MixingChoice;
  readonly preconditioner: string;
  readonly groundState: {
    readonly iterations: number;
    /** Free energy [Ha]. */
    readonly energy: number;
    /** [bohr^(-3/2)] */
    readonly densityResidual: number;
  };
  /** Absent, as all below, without a ground state. */
  readonly smallest?: ExtremeEigenvalue;
  readonly largest?: ExtremeEigenvalue;
  /** Absent if an eigenvalue is not positive: no damping converges then. */
  readonly predicted?: PredictedRates;
  /** The job's α and what to expect of the damped iteration at it. */
  readonly jobDamping?: { readonly damping: number; readonly dampedRate: number };
  readonly observed?: ObservedIteration;
  readonly arnoldi?: {
    /** Products with P⁻¹ε†. */
    readonly steps: number;
    readonly hamiltonianApplications: number;
    /** All Ritz values of the last step, real parts, ascending. */
    readonly ritzValues: readonly number[];
    readonly largestImaginaryPart: number;
  };
  /** Densities that change most and least, averaged over planes perpendicular to a lattice axis. */
  readonly modes?: {
    /** 0, 1 or 2: the axis along which the cell is longest. */
    readonly axis: number;
    /** Distance of the cell's planes along it [bohr]. */
    readonly length: number;
    /** [bohr^(-3/2)] at equal distances along the axis, for a mode of norm √∫x² = 1. */
    readonly smallest: readonly number[];
    readonly largest: readonly number[];
  };
  readonly resources: ResourceUse;
  readonly warnings: readonly string[];
}
