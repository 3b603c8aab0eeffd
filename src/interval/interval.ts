import { requireInput } from "../common/failure.ts";
import { above, below } from "./rounding.ts";
import type { Above, Below } from "./sides.ts";

/**
 * A closed interval of reals. An operation contains all results of its operands' members; an
 * infinite end means "unbounded". There is no empty interval: undefined results throw.
 */
export interface Interval {
  readonly lo: number;
  readonly hi: number;
}

/** [lo, hi], or an exact number. @throws InputError for NaN, lo > hi, and no finite end. */
export function interval(lo: number, hi = lo): Interval {
  requireInput(
    lo <= hi && lo < Infinity && hi > -Infinity,
    () => `interval: lo ≤ hi, neither NaN, got [${lo}, ${hi}]; an empty or undefined set is never meant`,
  );
  return { lo, hi };
}

/** All reals within `radius` of `mid`. */
export const ball = (mid: number, radius: number): Interval =>
  interval(below(mid - radius), above(mid + radius));

export const ZERO: Interval = { lo: 0, hi: 0 };
export const ONE: Interval = { lo: 1, hi: 1 };

export const neg = (x: Interval): Interval => ({ lo: -x.hi, hi: -x.lo });
export const add = (x: Interval, y: Interval): Interval => interval(below(x.lo + y.lo), above(x.hi + y.hi));
export const sub = (x: Interval, y: Interval): Interval => interval(below(x.lo - y.hi), above(x.hi - y.lo));

/** An unbounded end times zero is zero: the end is a limit, no member is infinite. */
const times = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : a * b);

export function mul(x: Interval, y: Interval): Interval {
  const [a, b, c, d] = [times(x.lo, y.lo), times(x.lo, y.hi), times(x.hi, y.lo), times(x.hi, y.hi)];
  return interval(below(Math.min(a, b, c, d)), above(Math.max(a, b, c, d)));
}

/** @throws InputError if y contains 0. */
export function div(x: Interval, y: Interval): Interval {
  requireInput(
    y.lo > 0 || y.hi < 0,
    () => `interval division: the divisor must not contain 0, got [${y.lo}, ${y.hi}]`,
  );
  if (!isBounded(x) || !isBounded(y)) return mul(x, { lo: below(1 / y.hi), hi: above(1 / y.lo) });
  const [a, b, c, d] = [x.lo / y.lo, x.lo / y.hi, x.hi / y.lo, x.hi / y.hi];
  return interval(below(Math.min(a, b, c, d)), above(Math.max(a, b, c, d)));
}

const isBounded = (x: Interval): boolean => x.lo > -Infinity && x.hi < Infinity;

/** s·x for an exact number s. */
export const scale = (s: number, x: Interval): Interval => mul(interval(s), x);

/** x², sharper than x·x where x contains 0. */
export function sqr(x: Interval): Interval {
  const { lo, hi } = abs(x);
  return interval(Math.max(0, below(lo * lo)), above(hi * hi));
}

/** xⁿ, whole n ≥ 0. @throws InputError for other n. */
export function power(x: Interval, n: number): Interval {
  requireInput(Number.isInteger(n) && n >= 0, () => `interval power: n must be a whole number ≥ 0, got ${n}`);
  if (n === 0) return ONE;
  if (n % 2 === 0) return power(sqr(x), n / 2);
  return n === 1 ? x : mul(x, power(x, n - 1));
}

export function abs(x: Interval): Interval {
  if (x.lo >= 0) return x;
  return x.hi <= 0 ? neg(x) : { lo: 0, hi: Math.max(-x.lo, x.hi) };
}

/**
 * Tells whether every member of x is below every member of y; false says nothing of the numbers.
 */
export const certainlyLess = (x: Interval, y: Interval): boolean => x.hi < y.lo;

export const contains = (x: Interval, value: number): boolean => x.lo <= value && value <= x.hi;

/** Every member from above, and from below. */
export const upperEnd = ({ hi }: Interval): Above => hi as Above;
export const lowerEnd = ({ lo }: Interval): Below => lo as Below;

/** max |x|. */
export const magnitude = (x: Interval): Above => Math.max(Math.abs(x.lo), Math.abs(x.hi)) as Above;

/** Some member near the middle; x must be bounded. */
export function midpoint(x: Interval): number {
  requireInput(
    Number.isFinite(x.lo) && Number.isFinite(x.hi),
    () => `interval midpoint: the interval must be bounded, got [${x.lo}, ${x.hi}]`,
  );
  return Math.min(x.hi, Math.max(x.lo, x.lo / 2 + x.hi / 2));
}

/** A bound of |x − mid| over all members. */
export const radiusAbout = (x: Interval, mid: number): Above =>
  Math.max(above(x.hi - mid), above(mid - x.lo), 0) as Above;

/** Σ xᵢ yᵢ. */
export function dot(x: readonly Interval[], y: readonly Interval[]): Interval {
  let sum: Interval = ZERO;
  for (let i = 0; i < x.length; i++) sum = add(sum, mul(x[i]!, y[i]!));
  return sum;
}
