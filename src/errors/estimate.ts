/**
 * A number that formulas make likely and floating point computed: nobody has proved it. What is
 * proved has kind "bound" and the type `BandEnclosure`, so that neither can stand where the other
 * is asked for.
 */
export interface Estimate {
  readonly kind: "estimate";
  readonly value: number;
}

export const estimate = (value: number): Estimate => ({ kind: "estimate", value });
