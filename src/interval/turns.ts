import { requireInput } from "../common/failure.ts";
import { TWO_PI } from "./constants.ts";
import { add, div, type Interval, interval, mul, neg, ONE, scale, sqr, ZERO } from "./interval.ts";
import { above, UNIT_ROUNDOFF } from "./rounding.ts";
import { sqrt } from "./sqrt.ts";

/** cos and sin of one angle. */
export interface CosSin {
  readonly cos: Interval;
  readonly sin: Interval;
}

const TERMS = 10;
/** (−1)ʲ/(2j + odd)!. */
const series = (odd: 0 | 1): Interval[] => {
  let value: Interval = ONE;
  const all: Interval[] = [];
  for (let j = 0; j <= TERMS; j++) {
    all.push(j % 2 === 0 ? value : neg(value));
    value = div(value, interval((2 * j + 1 + odd) * (2 * j + 2 + odd)));
  }
  return all;
};
const COS = series(0);
const SIN = series(1);
const ROOT_HALF = sqrt(interval(0.5));

/**
 * cos 2πx and sin 2πx for every x within `radius` of the double `x`. The double is brought to [0,
 * 1/8] exactly, so multiples of 1/8 give 0, ±1, ±√½; then alternating series, whose error is below
 * the first term left out. The radius enters by |cos′|, |sin′| ≤ 2π.
 *
 * @throws InputError if x is not finite.
 */
export function cosSinTurns(x: number, radius = 0): CosSin {
  requireInput(
    Number.isFinite(x) && radius >= 0,
    () => `cosSinTurns: a finite number of turns is needed, got ${x}`,
  );
  let r = x % 1; // exact, as are the differences below: neighbours within a factor of two
  if (r > 0.5) r -= 1;
  if (r < -0.5) r += 1;
  let a = Math.abs(r);
  const isBack = a > 0.25;
  if (isBack) a = 0.5 - a;
  const first = a > 0.125 ? swapped(firstOctant(0.25 - a)) : firstOctant(a);
  const cos = isBack ? neg(first.cos) : first.cos;
  const sin = r < 0 ? neg(first.sin) : first.sin;
  if (radius === 0) return { cos, sin };
  const spread = mul(TWO_PI, interval(radius)).hi;
  const wide = { lo: -spread, hi: spread };
  return { cos: add(cos, wide), sin: add(sin, wide) };
}

/**
 * cos and sin of 2π j/n for whole 0 ≤ j < n: symmetry brings j/n to [0, 1/8] as a quotient of whole
 * numbers, rounded once. @throws InputError for other j, or n ≥ 2⁵⁰.
 */
export function cosSinFraction(j: number, n: number): CosSin {
  requireInput(
    Number.isInteger(j) && Number.isInteger(n) && 0 <= j && j < n && n < 2 ** 50,
    () => `cosSinFraction: whole numbers 0 ≤ j < n are needed, got ${j} and ${n}`,
  );
  const isNegative = 2 * j > n;
  let top = isNegative ? n - j : j;
  let bottom = n;
  const isBack = 4 * top > bottom;
  if (isBack) [top, bottom] = [bottom - 2 * top, 2 * bottom];
  const isSteep = 8 * top > bottom;
  if (isSteep) [top, bottom] = [bottom - 4 * top, 4 * bottom];
  const a = top / bottom;
  const spread = (8 * top) % bottom === 0 ? 0 : mul(TWO_PI, interval(above(a * UNIT_ROUNDOFF))).hi;
  const wide = { lo: -spread, hi: spread };
  const octant = firstOctant(a);
  const near = spread === 0 ? octant : { cos: add(octant.cos, wide), sin: add(octant.sin, wide) };
  const first = isSteep ? swapped(near) : near;
  return { cos: isBack ? neg(first.cos) : first.cos, sin: isNegative ? neg(first.sin) : first.sin };
}

const swapped = ({ cos, sin }: CosSin): CosSin => ({ cos: sin, sin: cos });

/** For 0 ≤ a ≤ 1/8. */
function firstOctant(a: number): CosSin {
  if (a === 0) return { cos: ONE, sin: ZERO };
  if (a === 0.125) return { cos: ROOT_HALF, sin: ROOT_HALF };
  const angle = scale(a, TWO_PI);
  const square = sqr(angle);
  return { cos: alternating(COS, square), sin: mul(angle, alternating(SIN, square)) };
}

function alternating(coefficients: readonly Interval[], square: Interval): Interval {
  // Even index: positive; what is left out lies between 0 and this term.
  const last = coefficients[TERMS]!;
  let sum: Interval = { lo: Math.min(0, last.lo), hi: Math.max(0, last.hi) };
  for (let j = TERMS - 1; j >= 0; j--) sum = add(mul(sum, square), coefficients[j]!);
  return sum;
}
