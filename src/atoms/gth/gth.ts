import { invariant } from "../../common/failure.ts";
import type { GthPotential } from "../pseudopotential.ts";

/**
 * Formulas of the dual-space Gaussian pseudopotential [GTH96, HGH98], x = r/r_loc:
 *
 *   v_loc(r) = −(Z/r) erf(x/√2) + e^{−x²/2} (C1 + C2 x² + C3 x⁴ + C4 x⁶)
 *   v_nl     = Σ_l Σ_m Σ_ij |p_i^l Y_lm⟩ h^l_ij ⟨p_j^l Y_lm|
 *   p_i^l(r) = √2 r^{l+2(i−1)} e^{−r²/(2 r_l²)} / (r_l^{l+(4i−1)/2} √Γ(l + (4i−1)/2)),
 *   ∫ p² r² dr = 1
 *
 * With f(q) = ∫ f(r) e^{−iqr} d³r all of it is a polynomial times a Gaussian in q, the Coulomb tail
 * apart.
 */

/** Coefficients of C1 … C4 by powers of x² = (q r_loc)²: Hermite polynomials up to sign. */
const LOCAL_POLYNOMIALS = [[1], [3, -1], [15, -10, 1], [105, -105, 21, -1]] as const;

/** Σ_i C_i P_i(x²) and its derivative by x². */
function localPolynomial(c: readonly number[], x2: number): { value: number; slope: number } {
  let value = 0;
  let slope = 0;
  for (let i = 0; i < c.length; i++) {
    const polynomial = LOCAL_POLYNOMIALS[i]!;
    let p = 0;
    let dp = 0;
    for (let j = polynomial.length - 1; j >= 0; j--) {
      dp = dp * x2 + p;
      p = p * x2 + polynomial[j]!;
    }
    value += c[i]! * p;
    slope += c[i]! * dp;
  }
  return { value, slope };
}

const gaussianVolume = (r: number): number => (2 * Math.PI) ** 1.5 * r * r * r;

/**
 * v_loc(q) for q > 0 [Ha·bohr³].
 *
 *   v_loc(q) = −4π Z/q² e^{−x²/2}
 *       + (2π)^{3/2} r_loc³ e^{−x²/2} [C1 + C2 (3 − x²) + C3 (15 − 10x² + x⁴) + …],
 *   x = q r_loc
 */
export function gthLocalFourier({ charge, rloc, c }: GthPotential, q: number): number {
  const x2 = (q * rloc) ** 2;
  const coulomb = (-4 * Math.PI * charge) / (q * q);
  return Math.exp(-x2 / 2) * (coulomb + gaussianVolume(rloc) * localPolynomial(c, x2).value);
}

/** dv_loc/dq for q > 0 [Ha·bohr⁴]. */
export function gthLocalFourierDerivative({ charge, rloc, c }: GthPotential, q: number): number {
  const x2 = (q * rloc) ** 2;
  const { value, slope } = localPolynomial(c, x2);
  const coulomb = (4 * Math.PI * charge * (2 + x2)) / q ** 3;
  const shortRange = gaussianVolume(rloc) * q * rloc * rloc * (2 * slope - value);
  return Math.exp(-x2 / 2) * (coulomb + shortRange);
}

/**
 * lim_{q→0} v_loc(q) + 4π Z/q² [Ha·bohr³]: the energy per atom is this times N_electrons/Ω.
 *
 *   2π Z r_loc² + (2π)^{3/2} r_loc³ (C1 + 3 C2 + 15 C3 + 105 C4)
 */
export function gthLocalFourierAt0Correction({ charge, rloc, c }: GthPotential): number {
  return 2 * Math.PI * charge * rloc * rloc + gaussianVolume(rloc) * localPolynomial(c, 0).value;
}

/** Γ(n + 1/2) for a whole n ≥ 0. */
function gammaHalf(n: number): number {
  let value = Math.sqrt(Math.PI);
  for (let j = 0; j < n; j++) value *= j + 0.5;
  return value;
}

/** k! L_k^{(a)}(y), the generalised Laguerre polynomial, by its three-term recurrence. */
function laguerre(k: number, a: number, y: number): number {
  let before = 0;
  let value = 1;
  for (let j = 0; j < k; j++) {
    const next = (2 * j + 1 + a - y) * value - j * (j + a) * before;
    before = value;
    value = next;
  }
  return value;
}

function radiusOf(p: GthPotential, l: number, i: number): number {
  const channel = p.channels[l];
  invariant(
    channel !== undefined && i >= 1 && i <= channel.h.length,
    () => `gth projector l=${l}, i=${i} of ${p.element} ${p.name}, which has ${p.channels.length} channels`,
  );
  return channel.r;
}

/** 4π√π 2^k r^{3/2}/√Γ(l + 2k + 3/2), the factor before (q r)^l k! L_k^{(l+1/2)}(y) e^{−y}. */
const projectorNorm = (l: number, k: number, r: number): number =>
  (4 * Math.PI * Math.sqrt(Math.PI) * 2 ** k * r ** 1.5) / Math.sqrt(gammaHalf(l + 2 * k + 1));

/**
 * Radial Fourier transform of projector i = 1, 2, … of angular momentum l, at q ≥ 0 [bohr^(3/2)].
 *
 *   P(q) = 4π ∫ r² j_l(qr) p_i^l(r) dr
 *        = 4π√π 2^k r_l^{3/2} (q r_l)^l k! L_k^{(l+1/2)}(y) e^{−y} / √Γ(l + 2k + 3/2),
 *   k = i − 1,  y = (q r_l)²/2;      ⟨k+G|p_i^{lm}⟩ = (−i)^l P(|k+G|) Y_lm(k+G) e^{−i(k+G)R} / √Ω
 *
 * For i ≤ 3 these are the polynomials listed in [HGH98], here for any i.
 */
export function gthProjectorFourier(p: GthPotential, l: number, i: number, q: number): number {
  const r = radiusOf(p, l, i);
  const x = q * r;
  const y = (x * x) / 2;
  return projectorNorm(l, i - 1, r) * x ** l * laguerre(i - 1, l + 0.5, y) * Math.exp(-y);
}

/** dP/dq [bohr^(5/2)], from dL_k^{(a)}/dy = −L_{k−1}^{(a+1)}. */
export function gthProjectorFourierDerivative(p: GthPotential, l: number, i: number, q: number): number {
  const r = radiusOf(p, l, i);
  const k = i - 1;
  const x = q * r;
  const y = (x * x) / 2;
  const value = laguerre(k, l + 0.5, y);
  const slope = k === 0 ? 0 : -k * laguerre(k - 1, l + 1.5, y);
  const powers = (l === 0 ? 0 : l * x ** (l - 1) * value) + x ** (l + 1) * (slope - value);
  return projectorNorm(l, k, r) * r * powers * Math.exp(-y);
}
