import { invariant, requireInput } from "../common/failure.ts";
import { above, below, UNIT_ROUNDOFF } from "./rounding.ts";

/*
 * Numbers with a side. A double that is known to be at or above some exact quantity is `Above` it,
 * one at or below it is `Below`; which quantity that is, the doc comment of the variable says.
 * Where an upper bound is asked for, a lower one or a computed number does not compile. Operations
 * round towards their side, so that no roundings have to be counted; long sums are formed plainly
 * by `SumAbove`, which counts its own.
 */
declare const sideAbove: unique symbol;
declare const sideBelow: unique symbol;
/** A number at or above the quantity that it bounds. */
export type Above = number & { readonly [sideAbove]: true };
/** A number at or below the quantity that it bounds. */
export type Below = number & { readonly [sideBelow]: true };
/** A number that is itself meant: a stored double or a small integer. */
export type Exact = Above & Below;

/** States that a double is itself the quantity, and so bounds it on both sides. */
export const exact = (x: number): Exact => x as Exact;
/** |x| of a double that is itself meant. */
export const sizeOf = (x: number): Exact => Math.abs(x) as Exact;
/** States that a number is an upper bound; the comment beside the call says why. */
export const provedAbove = (x: number): Above => x as Above;
/** States that a number is a lower bound; the comment beside the call says why. */
export const provedBelow = (x: number): Below => x as Below;

/** u, the largest relative error of one rounding. */
export const unitRoundoff = (): Exact => exact(UNIT_ROUNDOFF);

/** Σ xᵢ from above. */
export function sumAbove(...terms: readonly Above[]): Above {
  let sum: number = terms[0]!;
  for (let i = 1; i < terms.length; i++) sum = above(sum + terms[i]!);
  return sum as Above;
}

/** Π xᵢ from above, for quantities that are not negative. @throws Error for a bound below 0 */
export function productAbove(...factors: readonly Above[]): Above {
  let product = 1;
  for (const factor of factors) {
    invariant(!(factor < 0), () => `productAbove: bounds of sizes are needed, got ${factors.join(", ")}`);
    product = product === 1 ? factor : above(product * factor);
  }
  return product as Above;
}

/** x/y from above for x ≥ 0; infinite unless y is certainly positive. */
export const quotientAbove = (x: Above, y: Below): Above => (y > 0 ? above(x / y) : Infinity) as Above;
/** x − y from above. */
export const differenceAbove = (x: Above, y: Below): Above => above(x - y) as Above;
/** x − y from below. */
export const differenceBelow = (x: Below, y: Above): Below => below(x - y) as Below;

/** The largest of several quantities, from above. */
export const maxAbove = (...terms: readonly Above[]): Above => Math.max(...terms) as Above;
/** The smaller one of two upper bounds of one quantity. */
export const minAbove = (x: Above, y: Above): Above => Math.min(x, y) as Above;
/** The least of several quantities, from below. */
export const minBelow = (...terms: readonly Below[]): Below => Math.min(...terms) as Below;

/**
 * γ_n = n u/(1 − n u): |fl(Σ xᵢyᵢ) − Σ xᵢyᵢ| ≤ γ_n Σ|xᵢyᵢ| if no addend meets more than n roundings
 * and none underflows [Hig02, sections 3.1 and 3.5], in any order of summation, blocked or not,
 * with or without fused multiply-add.
 *
 * @throws InputError for n u ≥ 1/100
 */
export function gamma(n: number): Above {
  requireInput(n >= 0 && n * UNIT_ROUNDOFF < 0.01, () => `gamma: 0 ≤ n < ${0.01 / UNIT_ROUNDOFF}, got ${n}`);
  const nu = above(n * UNIT_ROUNDOFF);
  return above(nu / below(1 - nu)) as Above;
}

/**
 * √2 γ for a sum of n complex products by real arithmetic: |fl(Σ xᵢyᵢ) − Σ xᵢyᵢ| ≤ √2 γ Σ|xᵢ||yᵢ|,
 * since either part is a sum of 2n real products with at most 2n roundings each, and four more for
 * α, β, the addition of βC and its own. √2 joins the parts.
 */
export const complexGamma = (n: number): Above => jointGamma(2 * n + 4);

/** √2 γ where no real addend of either part meets more than n roundings. */
// Math.SQRT2 > √2.
export const jointGamma = (n: number): Above => productAbove(provedAbove(Math.SQRT2), gamma(n));

/**
 * A number above the exact value of an expression of non-negative terms that was evaluated with at
 * most `roundings` roundings on any path and gave `computed`: exact ≤ computed/(1 − u)ⁿ ≤ computed
 * (1 + γ_n). The absolute term covers underflows of factors below 10¹⁰⁰ in less than 10⁹ of them.
 *
 * @param roundings follows from the lengths of the loops that made `computed`
 */
export const inflated = (computed: number, roundings: number): Above =>
  above(above(computed * above(1 + gamma(roundings))) + UNDERFLOW) as Above;

const UNDERFLOW = 1e-200;

/** Σ xᵢyᵢ of sizes in plain floating point, which counts the roundings that its terms meet. */
export class SumAbove {
  private sum = 0;
  private terms = 0;

  add(x: Above): this {
    this.sum += x;
    this.terms++;
    return this;
  }

  /** Adds xy. */
  addProduct(x: Above, y: Above): this {
    this.sum += x * y;
    this.terms++;
    return this;
  }

  /** Adds x². */
  addSquare(x: Above): this {
    return this.addProduct(x, x);
  }

  /** Whether every term was zero. */
  get isZero(): boolean {
    return this.sum === 0;
  }

  /** The sum from above: a term meets the rounding of its product and one for every term. */
  get value(): Above {
    return inflated(this.sum, this.terms + 1);
  }
}

/** Σ of upper bounds of sizes. */
export function totalAbove(terms: Iterable<Above>): Above {
  const sum = new SumAbove();
  for (const x of terms) sum.add(x);
  return sum.value;
}
