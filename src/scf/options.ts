import type { Orbitals } from "../parallel/orbitals.ts";
import type { ScfMethod, Tolerance } from "./method.ts";
import type { ScfState, ScfStep } from "./state.ts";

/** How it is solved. */
export interface ScfOptions {
  /** How steps become iterates, with the options of that: `densityMixing`, `potentialMixing`, `directMinimisation`. */
  readonly method: ScfMethod;
  readonly tolerance: Tolerance;
  readonly maxIterations: number;
  /** Number of bands; null chooses and adapts it. */
  readonly bands: number | null;
  /** State to go on from. */
  readonly restart?: ScfState | undefined;
  /** Called within a step. */
  readonly onProgress?: ((progress: StepProgress) => void) | undefined;
  /** Heard between the k-points of a step: ends the iteration with the last whole step, without an error. */
  readonly signal?: AbortSignal | undefined;
}

/** How far the work inside a step is. */
export interface StepProgress {
  readonly step: number;
  readonly phase: "diagonalise" | "density";
  readonly done: number;
  readonly total: number;
}

/** How the iteration ended. */
export interface ScfOutcome {
  readonly last: ScfStep;
  /** `no-gap`: self-consistent, but at temperature 0 a degenerate level is only partly filled. */
  readonly reason: "converged" | "no-gap" | "iteration-limit" | "interrupted";
}

/** How the iteration ended, with the orbitals it left for what is computed from them. */
export interface ScfEnd extends ScfOutcome {
  /** Still open: the caller closes them. */
  readonly orbitals: Orbitals;
}
