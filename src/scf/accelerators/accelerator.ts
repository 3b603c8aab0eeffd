import type { ReadonlyRealField, RealField } from "../../kernels/fields.ts";

/** One past point: a density and its preconditioned residual. Plain data. */
export interface HistoryPoint {
  readonly rho: RealField;
  /** P⁻¹(F(ρ) − ρ), without damping. */
  readonly step: RealField;
  /** The step as `Weigh` sees it, where there is one. */
  readonly weighed?: RealField;
}

/** M^{½} of a norm √⟨x, M x⟩: the plain length of what it returns is the length of x. Linear; the result is the caller's. */
export type Weigh = (x: ReadonlyRealField) => RealField;

/** What an accelerator remembers; plain data, part of every checkpoint. */
export type AcceleratorState = readonly HistoryPoint[];

/** Turns preconditioned residuals into the next density. State goes in and comes out; nothing is hidden. */
export interface Accelerator {
  /** Shown in reports, with its parameters. */
  readonly name: string;
  readonly start: AcceleratorState;
  /**
   * Energy above the lowest so far [Ha per electron] beyond which the iteration goes back there (`guardedNext`). Absent: the
   * accelerator's word is always taken.
   */
  readonly maxRise?: number;
  /**
   * @param rho the input density of this step, @param step P⁻¹(F(ρ) − ρ), @param damping α.
   * @param weigh of the norm in which steps are short or long; plain where it is absent.
   * Arguments are kept in the state: the caller must not write to them afterwards.
   */
  next(
    state: AcceleratorState,
    rho: RealField,
    step: RealField,
    damping: number,
    weigh?: Weigh,
  ): { readonly rho: RealField; readonly state: AcceleratorState };
}

/** ρ⁺ = ρ + α P⁻¹(F(ρ) − ρ): the damped iteration itself. */
export function damped(): Accelerator {
  return {
    name: "none",
    start: [],
    next(_, rho, step, damping) {
      const out = rho.slice() as RealField;
      for (let r = 0; r < out.length; r++) out[r]! += damping * step[r]!;
      return { rho: out, state: [] };
    },
  };
}
