import { LN2_HIGH, LN2_LOW } from "./constants.ts";
import { add, div, type Interval, interval, magnitude, mul, ONE, power, scale, sub } from "./interval.ts";
import { powerOfTwo } from "./rounding.ts";

const TERMS = 16;
/** 1/j!, j < TERMS, and 1/TERMS! last. */
const INVERSE_FACTORIALS: readonly Interval[] = (() => {
  const values: Interval[] = [ONE];
  for (let j = 1; j <= TERMS; j++) values.push(div(values[j - 1]!, interval(j)));
  return values;
})();

/**
 * eˣ over an interval. With x = n ln 2 + r, |r| ≤ 0.35,
 *
 *   eˣ = 2ⁿ (Σ_{j<J} rʲ/j! + R),   |R| ≤ 1.5 |r|ᴶ/J!,
 *
 * since the terms after rᴶ/J! fall by |r|/(J+1) < 1/3 each.
 */
export const exp = (x: Interval): Interval => interval(expOf(x.lo).lo, expOf(x.hi).hi);

function expOf(x: number): Interval {
  if (x === -Infinity || x < -745.2) return { lo: 0, hi: x === -Infinity ? 0 : Number.MIN_VALUE };
  if (x > 709.8) return { lo: Number.MAX_VALUE, hi: Infinity };
  if (x === 0) return ONE;
  const n = Math.round(x / LN2_HIGH);
  const r = sub(sub(interval(x), interval(n * LN2_HIGH)), scale(n, LN2_LOW));
  let sum = INVERSE_FACTORIALS[TERMS - 1]!;
  for (let j = TERMS - 2; j >= 0; j--) sum = add(mul(sum, r), INVERSE_FACTORIALS[j]!);
  const rest = mul(power(interval(magnitude(r)), TERMS), scale(1.5, INVERSE_FACTORIALS[TERMS]!)).hi;
  const half = Math.trunc(n / 2); // 2ⁿ in two factors: neither leaves the range of normal numbers
  const result = scale(powerOfTwo(n - half), scale(powerOfTwo(half), add(sum, { lo: -rest, hi: rest })));
  return { lo: Math.max(0, result.lo), hi: result.hi };
}
