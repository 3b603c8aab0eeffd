import type { PlaneWaveBasis } from "../basis/plane-wave-basis.ts";
import type { ReadonlyRealField } from "../kernels/fields.ts";
import type { Orbitals } from "../parallel/orbitals.ts";
import type { Preconditioner, ResponsePreconditioner } from "../precond/preconditioner.ts";
import type { Operator } from "../terms/block-term.ts";
import type { Term } from "../terms/term.ts";
import type { Accelerator } from "./accelerators/accelerator.ts";
import type { AdaptiveDamping } from "./methods/adaptive-damping.ts";
import type { ScfState, ScfStep } from "./state.ts";

/** A discretised system: what is solved. */
export interface ScfProblem {
  readonly basis: PlaneWaveBasis;
  /** Their sum is the energy. */
  readonly terms: readonly Term[];
  /**
   * Opens `nBands` random orbitals at every k-point; the caller closes them. A signal is heard between blocks.
   *
   * @param operators what the terms add to H, from `operatorsOf`.
   */
  createOrbitals(nBands: number, operators: readonly Operator[], signal?: AbortSignal): Promise<Orbitals>;
  /** Density to start from [bohr⁻³], shape [nSpin·N]. Default a superposition of atoms. */
  readonly startDensity?: ReadonlyRealField | undefined;
}

/** Minimisation of the energy in place of an iteration to its fixed point. */
export interface DirectMinimisation {
  /** Shown in reports, with its parameters. */
  readonly name: string;
  /** Past steps that shape the next one. */
  readonly memory: number;
}

/** How it is solved. */
export interface ScfOptions {
  /** P⁻¹ of the iteration. */
  readonly preconditioner: Preconditioner | ResponsePreconditioner;
  /** How steps become iterates: of the density, of the potential with a damping that is searched, or of the orbitals. */
  readonly accelerator: Accelerator | AdaptiveDamping | DirectMinimisation;
  /** α in (0, 2); adaptive damping finds its own. */
  readonly damping: number;
  /** Convergence needs every tolerance given: ‖ρout − ρin‖ [bohr^(-3/2)], |ΔE| between steps [Ha]. */
  readonly tolerance: { readonly density?: number | undefined; readonly energy?: number | undefined };
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
  readonly reason: "converged" | "iteration-limit" | "interrupted";
}

/** How the iteration ended, with the orbitals it left for what is computed from them. */
export interface ScfEnd extends ScfOutcome {
  /** Still open: the caller closes them. */
  readonly orbitals: Orbitals;
}
