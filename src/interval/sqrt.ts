import { requireInput } from "../common/failure.ts";
import { type Interval, interval } from "./interval.ts";
import { above, below, powerOfTwo, productError } from "./rounding.ts";

/**
 * √x over an interval. The library's square root is a proposal: an end is moved until s² ≤ x (or ≥
 * x) is proved by the exact product s² = p + e. @throws InputError for negative members.
 */
export function sqrt(x: Interval): Interval {
  requireInput(x.lo >= 0, () => `interval sqrt: the argument must not be negative, got [${x.lo}, ${x.hi}]`);
  return interval(lowerRoot(x.lo), upperRoot(x.hi));
}

/** x brought to where exact products neither overflow nor underflow, and the factor of its root. */
function scaled(x: number): { value: number; back: number } {
  if (x < FEW) return { value: x * powerOfTwo(600), back: powerOfTwo(-300) };
  if (x > MANY) return { value: x * powerOfTwo(-600), back: powerOfTwo(300) };
  return { value: x, back: 1 };
}
const FEW = powerOfTwo(-500);
const MANY = powerOfTwo(500);

/** Sign of s² − x, exactly. */
function compareSquare(s: number, x: number): number {
  const product = s * s;
  return product === x ? productError(s, s) : product - x;
}

function lowerRoot(x: number): number {
  if (x === 0) return 0;
  const { value, back } = scaled(x);
  let s = proposal(value);
  while (compareSquare(s, value) > 0) s = below(s);
  return s * back;
}

function upperRoot(x: number): number {
  if (x === 0 || x === Infinity) return x;
  const { value, back } = scaled(x);
  let s = proposal(value);
  while (compareSquare(s, value) < 0) s = above(s);
  return s * back;
}

/** Newton steps from the library's root: cheap, they bring even a wrong proposal near. */
function proposal(value: number): number {
  const library = Math.sqrt(value);
  let s = library > 0 && library < Infinity ? library : 1;
  for (let step = 0; step < 1100; step++) {
    const next = (s + value / s) / 2;
    if (Math.abs(next - s) <= 4e-16 * s) break;
    s = next;
  }
  return s;
}
