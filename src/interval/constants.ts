import { type Interval, scale } from "./interval.ts";
import { above, below } from "./rounding.ts";

/**
 * π = 3.14159265358979323846…; the double 3.141592653589793115997… is below, the next one above.
 */
export const PI: Interval = { lo: Math.PI, hi: above(Math.PI) };
export const TWO_PI: Interval = scale(2, PI);

/** ln 2 = LN2_HIGH + LN2_LOW; the first has 32 bits: multiples by |n| < 2²⁰ are exact. */
export const LN2_HIGH = 0.6931471803691238;
const LN2_REST = 1.9082149292705877e-10;
export const LN2_LOW: Interval = { lo: below(LN2_REST), hi: above(LN2_REST) };
