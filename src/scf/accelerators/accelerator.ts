import type { ReadonlyRealField, RealField } from "../../kernels/fields.ts";

/** Past point of an iteration; plain data. */
export interface HistoryPoint {
  /** Input density, or input potential in potential mixing. */
  readonly input: RealField;
  /** Preconditioned residual P⁻¹(F(ρ) − ρ), without damping. */
  readonly step: RealField;
  /**
   * What the weighed step adds to the span of those of older points: a unit vector orthogonal to
   * theirs, or zeros.
   */
  readonly direction?: RealField;
  /** The weighed step in the directions of the points up to this one. */
  readonly coordinates?: readonly number[];
}

/** Maps x to M^{½}x, so that ‖M^{½}x‖₂ is the norm √⟨x, M x⟩. Linear; returns a new field. */
export type Weigh = (x: ReadonlyRealField) => RealField;

/** Past points, oldest first, empty at the start; plain data, part of every checkpoint. */
export type AcceleratorHistory = readonly HistoryPoint[];

/** Next input and the history to pass with the next call. */
export interface Proposal {
  readonly input: RealField;
  readonly history: AcceleratorHistory;
}

/** Turns preconditioned residuals into the next input. All state is in the history. */
export interface Accelerator {
  /** Shown in reports, with its parameters. */
  readonly name: string;
  /**
   * Rise of the energy above its minimum [Ha per electron] that sends density mixing back to it
   * (`guardedNext`). Absent: proposals are always taken.
   */
  readonly maxRise?: number;
  /**
   * Proposes the next input. The history keeps the arrays: the caller must not write to them.
   *
   * @param history history returned by the last call; empty at first.
   * @param input density (or potential) of this step.
   * @param step its preconditioned residual.
   * @param damping α.
   * @param weigh norm of the steps. Default the plain norm.
   */
  next(
    history: AcceleratorHistory,
    input: RealField,
    step: RealField,
    damping: number,
    weigh?: Weigh,
  ): Proposal;
}
