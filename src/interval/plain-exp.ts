import { LN2_HIGH, LN2_LOW } from "./constants.ts";
import { midpoint } from "./interval.ts";
import { powerOfTwo, UNIT_ROUNDOFF } from "./rounding.ts";

/** Largest relative error of `plainExp`. */
export const PLAIN_EXP_ERROR = 8 * UNIT_ROUNDOFF;
/** Below this argument `plainExp` gives 0: eˣ is then under 10⁻³⁰⁰. */
export const LEAST_EXPONENT = -691;

const TERMS = 15;
const INVERSE_FACTORIALS = (() => {
  const values = new Float64Array(TERMS);
  let factorial = 1; // exact below 18!
  for (let j = 0; j < TERMS; j++) {
    values[j] = 1 / factorial;
    factorial *= j + 1;
  }
  return values;
})();
const LN2_REST = midpoint(LN2_LOW);

/**
 * eˣ for −691 ≤ x ≤ 0 in plain arithmetic, within 8u relatively. x = n ln 2 + r, |r| ≤ 0.36:
 * n·LN2_HIGH is exact, both differences round once, so r is off by less than 0.8u; term rʲ/j! of
 * Horner's scheme meets 2j + 2 roundings, Σ (2j+2) |r|ʲ/j! ≤ 3.9, relative to eʳ ≥ 0.69 another
 * 5.7u; what is left out is below 10⁻²⁰; the power of two is exact.
 */
export function plainExp(x: number): number {
  if (!(x >= LEAST_EXPONENT)) return 0;
  const n = Math.round(x / LN2_HIGH);
  const r = x - n * LN2_HIGH - n * LN2_REST;
  let sum = INVERSE_FACTORIALS[TERMS - 1]!;
  for (let j = TERMS - 2; j >= 0; j--) sum = sum * r + INVERSE_FACTORIALS[j]!;
  return sum * POWERS[-n]!;
}

/** 2⁻ⁿ. */
const POWERS = Float64Array.from({ length: 1000 }, (_, n) => powerOfTwo(-n));
