import { requireInput } from "../common/failure.ts";
import { interval } from "./interval.ts";
import { above, UNIT_ROUNDOFF } from "./rounding.ts";
import { sqrt } from "./sqrt.ts";

/**
 * A-priori errors of sums and products that plain floating-point code forms [Hig02, sections 3.1 and 3.5], valid for
 * any order of summation, blocked or not, with or without fused multiply-add.
 */

/** γ_n = n u/(1 − n u): |fl(Σ xᵢyᵢ) − Σ xᵢyᵢ| ≤ γ_n Σ|xᵢyᵢ| if no addend meets more than n roundings and none underflows. @throws InputError for n u ≥ 1/100. */
export function gamma(n: number): number {
  requireInput(n >= 0 && n * UNIT_ROUNDOFF < 0.01, () => `gamma: 0 ≤ n < ${0.01 / UNIT_ROUNDOFF}, got ${n}`);
  const nu = above(n * UNIT_ROUNDOFF);
  return above(nu / (1 - above(nu)) / (1 - 4 * UNIT_ROUNDOFF));
}

/**
 * A number above the exact value of an expression of non-negative terms that was evaluated with at most `roundings`
 * roundings on any path and gave `computed`. The absolute term covers underflows of factors below 10¹⁰⁰ in less than
 * 10⁹ of them.
 */
export const inflated = (computed: number, roundings: number): number =>
  above(above(computed * above(1 + 2 * gamma(roundings + 2))) + UNDERFLOW);

const UNDERFLOW = 1e-200;

/** A bound of ‖x‖₂ of a complex or real array. @throws InputError if it holds a NaN. */
export function norm2Above(x: ArrayLike<number>, from = 0, to = x.length): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += x[i]! * x[i]!;
  return rootAbove(inflated(sum, to - from + 1));
}

/** A number at or above √x. */
export const rootAbove = (x: number): number => sqrt(interval(x)).hi;
