/**
 * Rounding outwards on a processor that rounds to nearest [RZBM09]. With u = 2⁻⁵³ and η = 2⁻¹⁰⁷⁴
 * every operation c = fl(a ∘ b), ∘ one of + − · /, has |c − (a ∘ b)| ≤ u|c|(1 + 2u) + η/2,
 * underflow included, so
 *
 *   below(c) = fl(c − fl(φ|c| + η)) ≤ a ∘ b ≤ fl(c + fl(φ|c| + η)) = above(c),   φ = u(1 + 2u).
 *
 * Assumed of the machine: IEEE 754 binary64, round to nearest, which ECMAScript and WebAssembly
 * prescribe.
 */

/** u: largest relative error of one rounding. */
export const UNIT_ROUNDOFF = 1.1102230246251565e-16;
/** η: the smallest positive number. */
export const SMALLEST = 5e-324;
const PHI = UNIT_ROUNDOFF * (1 + 2 * UNIT_ROUNDOFF);
const LARGEST = Number.MAX_VALUE;

/** A number ≤ every real that rounds to `x`. Overflow: the real is above the largest double. */
export const below = (x: number): number => (x === Infinity ? LARGEST : x - (Math.abs(x) * PHI + SMALLEST));

/** A number at or above every real that rounds to `x`. */
export const above = (x: number): number => (x === -Infinity ? -LARGEST : x + (Math.abs(x) * PHI + SMALLEST));

/** 2ⁿ for −1022 ≤ n ≤ 1023, without the library's power function, which need not be exact. */
export function powerOfTwo(n: number): number {
  let value = 1;
  let base = n < 0 ? 0.5 : 2;
  for (let left = Math.abs(n); left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) value *= base;
    if (left > 1) base *= base;
  }
  return value;
}

const SPLITTER = 134217729; // 2²⁷ + 1 [Dek71]

/** e with a·b = fl(a·b) + e exactly if |a|, |b| < 2⁹⁹⁵ and |ab| > 2⁻⁹⁶⁰ or ab = 0. */
export function productError(a: number, b: number): number {
  const product = a * b;
  const ca = SPLITTER * a;
  const aHigh = ca - (ca - a);
  const aLow = a - aHigh;
  const cb = SPLITTER * b;
  const bHigh = cb - (cb - b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

/** e with a + b = fl(a + b) + e exactly, if nothing overflows [Knu98]. */
export function sumError(a: number, b: number): number {
  const sum = a + b;
  const bRounded = sum - a;
  return a - (sum - bRounded) + (b - bRounded);
}
