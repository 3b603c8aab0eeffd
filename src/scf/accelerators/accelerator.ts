import type { ReadonlyRealField, RealField } from "../../kernels/fields.ts";

/** One past point of an iteration. Plain data. */
export interface HistoryPoint {
  /** What was put in: a density, or a potential where potentials are mixed. */
  readonly input: RealField;
  /** The preconditioned residual there, P⁻¹(F(ρ) − ρ) of densities, without damping. */
  readonly step: RealField;
  /** The step as `Weigh` sees it, where there is one. */
  readonly weighed?: RealField;
}

/** Maps x to M^{½}x, whose plain length is √⟨x, M x⟩, the norm of x. Linear; the result is the caller's. */
export type Weigh = (x: ReadonlyRealField) => RealField;

/** What an accelerator remembers, oldest first; plain data, part of every checkpoint. Empty at the start. */
export type AcceleratorHistory = readonly HistoryPoint[];

/** The next input, and what is remembered from then on. */
export interface Proposal {
  readonly input: RealField;
  readonly history: AcceleratorHistory;
}

/** Turns preconditioned residuals into the next input. History goes in and comes out; nothing is hidden. */
export interface Accelerator {
  /** Shown in reports, with its parameters. */
  readonly name: string;
  /**
   * Energy above the lowest so far [Ha per electron] beyond which density mixing goes back there (`guardedNext`). Absent: the
   * accelerator's proposal is always taken.
   */
  readonly maxRise?: number;
  /**
   * Proposes the next input. The arrays given are kept in the history: the caller must not write to them afterwards.
   *
   * @param history what the last call returned; empty at first.
   * @param input the density (or potential) of this step.
   * @param step its preconditioned residual.
   * @param damping α.
   * @param weigh the norm in which steps are short or long; plain where it is absent.
   */
  next(
    history: AcceleratorHistory,
    input: RealField,
    step: RealField,
    damping: number,
    weigh?: Weigh,
  ): Proposal;
}
