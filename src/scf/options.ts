import type { Orbitals } from "../parallel/orbitals.ts";
import type { ScfMethod, Tolerance } from "./method.ts";
import type { ScfState, ScfStep } from "./state.ts";

/** Options of the iteration. */
export interface ScfOptions {
  /** Method with its options: `densityMixing`, `potentialMixing`, `directMinimisation`. */
  readonly method: ScfMethod;
  readonly tolerance: Tolerance;
  readonly maxIterations: number;
  /** Number of bands; null chooses and adapts it. */
  readonly bands: number | null;
  /** State to continue from. */
  readonly restart?: ScfState | undefined;
  /** Called within a step. */
  readonly onProgress?: ((progress: StepProgress) => void) | undefined;
  /** Ends the iteration between k-points, with the last complete step and without an error. */
  readonly signal?: AbortSignal | undefined;
}

/** Progress within a step. */
export interface StepProgress {
  readonly step: number;
  readonly phase: "diagonalise" | "density";
  readonly done: number;
  readonly total: number;
}

/** Last step of an iteration and the reason of its end. */
export interface ScfOutcome {
  readonly last: ScfStep;
  /**
   * `no-gap`: self-consistent, but at temperature 0 a degenerate level is only partly filled;
   * `few-bands`: self-consistent, but smearing puts electrons above the highest band.
   */
  readonly reason: "converged" | "no-gap" | "few-bands" | "iteration-limit" | "interrupted";
}

/** Last step with its orbitals, for quantities computed from them. */
export interface ScfEnd extends ScfOutcome {
  /** Still open: the caller closes them. */
  readonly orbitals: Orbitals;
}
