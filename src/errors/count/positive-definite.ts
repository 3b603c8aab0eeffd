import {
  type Above,
  complexGamma,
  differenceBelow,
  exact,
  productAbove,
  provedAbove,
  quotientAbove,
  sumAbove,
} from "../../interval/sides.ts";
import type { Kernels } from "../../kernels/kernels.ts";

/**
 * Tells whether the Hermitian matrix in the upper triangle of `a` (destroyed) is certainly ⪰
 * −margin, with the margin of `choleskyMargin` for its trace: floating-point Cholesky ran to the
 * end with finite positive pivots (docs/bounds.md, Lemma 5).
 */
export function factorizes(kernels: Kernels, n: number, a: Float64Array): boolean {
  if (!kernels.cholesky(n, a, n)) return false;
  for (let j = 0; j < n; j++) if (!(a[2 * (j + n * j)]! > 0 && a[2 * (j + n * j)]! < Infinity)) return false;
  return true;
}

/**
 * Bounds how far below zero a matrix can be that Cholesky's algorithm accepts. If it runs to
 * completion on A, in whatever order its sums are formed, RᴴR = A + ΔA with |ΔA| ≤ √2 γ |Rᴴ||R|, so
 * ‖ΔA‖₂ ≤ √2 γ ‖R‖_F² and ‖R‖_F² ≤ tr A/(1 − √2γ) [Hig02, theorem 10.3; Rum06]. Then A ⪰ −margin:
 *
 *   margin = √2 γ/(1 − √2 γ) tr A + 10⁻²⁰⁰,   γ = γ_{4n+36}
 *
 * An element meets at most n subtractions of complex products, 2n real ones; twice that covers
 * blocked sums, and the multiplication by a rounded reciprocal in place of a division.
 *
 * @param trace tr A, all diagonal elements being positive; what a factorisation refuses needs no
 *   margin
 * @returns infinity beyond the limits of the lemma, n < 10⁶ and tr A < 10¹⁶
 */
export function choleskyMargin(n: number, trace: Above): Above {
  if (!(n < LARGEST_ORDER && trace < LARGEST_TRACE)) return provedAbove(Infinity);
  const gamma = complexGamma(2 * n + 16);
  const quotient = quotientAbove(gamma, differenceBelow(exact(1), gamma));
  return sumAbove(productAbove(quotient, trace), provedAbove(UNDERFLOW));
}

const LARGEST_ORDER = 1e6;
const LARGEST_TRACE = 1e16;
/** Far above what underflowing products lose within these limits. */
const UNDERFLOW = 1e-200;
