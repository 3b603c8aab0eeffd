/** A number from floating-point formulas that is not proved. Proved ones are `BandEnclosure`s. */
export interface Estimate {
  readonly kind: "estimate";
  readonly value: number;
}

export const estimate = (value: number): Estimate => ({ kind: "estimate", value });
