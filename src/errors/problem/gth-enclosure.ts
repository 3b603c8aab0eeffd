import type { GthPotential } from "../../atoms/pseudopotential.ts";
import { PI, TWO_PI } from "../../interval/constants.ts";
import { exp } from "../../interval/exp.ts";
import {
  add,
  div,
  type Interval,
  interval,
  magnitude,
  mul,
  ONE,
  power,
  scale,
  sqr,
} from "../../interval/interval.ts";
import { sqrt } from "../../interval/sqrt.ts";
import type { PolynomialGaussian } from "./lattice-tail.ts";

/** Enclosures of the dual-space Gaussian pseudopotential [GTH96, HGH98], as functions of q². */

const LOCAL_POLYNOMIALS = [[1], [3, -1], [15, -10, 1], [105, -105, 21, -1]] as const;

const gaussianVolume = (r: Interval): Interval => mul(mul(TWO_PI, sqrt(TWO_PI)), power(r, 3));

/** Σᵢ Cᵢ Pᵢ, coefficient of x²ʲ; with `isAbsolute` of |Cᵢ| and |Pᵢ|. */
function localPolynomial(c: readonly number[], isAbsolute: boolean): Interval[] {
  const sums: Interval[] = Array.from({ length: Math.max(1, c.length) }, () => interval(0));
  c.forEach((ci, i) => {
    LOCAL_POLYNOMIALS[i]!.forEach((p, j) => {
      const term = mul(interval(ci), interval(p));
      sums[j] = add(sums[j]!, isAbsolute ? interval(magnitude(term)) : term);
    });
  });
  return sums;
}

const horner = (coefficients: readonly Interval[], x: Interval): Interval =>
  coefficients.reduceRight((sum, c) => add(mul(sum, x), c), interval(0));

/** v_loc(q) = e^{−x²/2} [−4πZ/q² + (2π)^{3/2} r³ Σ Cᵢ Pᵢ(x²)], x = q r, for q² > 0 [Ha·bohr³]. */
export function encloseGthLocal({ charge, rloc, c }: GthPotential, q2: Interval): Interval {
  const r = interval(rloc);
  const x2 = mul(q2, sqr(r));
  const coulomb = div(scale(-4 * charge, PI), q2);
  const short = mul(gaussianVolume(r), horner(localPolynomial(c, false), x2));
  return mul(exp(scale(-0.5, x2)), add(coulomb, short));
}

/** f with |v_loc(q)| ≤ f(q) for q ≥ `from`: every sign made plus, 1/q² replaced by 1/from². */
export function gthLocalEnvelope({ charge, rloc, c }: GthPotential, from: number): PolynomialGaussian {
  const r = interval(rloc);
  const coulomb = div(scale(4 * Math.abs(charge), PI), sqr(interval(from)));
  const coefficients: number[] = [];
  localPolynomial(c, true).forEach((p, j) => {
    const value = mul(mul(gaussianVolume(r), p), power(r, 2 * j));
    coefficients[2 * j] = (j === 0 ? add(value, coulomb) : value).hi;
    if (j > 0) coefficients[2 * j - 1] = 0;
  });
  return { coefficients, beta: scale(0.5, sqr(r)) };
}

/** Coefficients of k! L_k^{(a)}(y) by powers of y, a = l + ½; all are exact doubles. k ≤ 2. */
export function laguerre(k: number, a: number): number[] {
  if (k === 0) return [1];
  return k === 1 ? [a + 1, -1] : [(a + 1) * (a + 2), -2 * (a + 2), 1];
}

/** 4π√π 2ᵏ r^{l+3/2}/√Γ(l + 2k + 3/2): what precedes q^l k! L_k e^{−y}. */
export function projectorNorm(l: number, k: number, r: Interval): Interval {
  let gammaOverRootPi: Interval = ONE;
  for (let j = 0; j < l + 2 * k + 1; j++) gammaOverRootPi = scale(j + 0.5, gammaOverRootPi);
  const squared = div(
    mul(scale([16, 64, 256][k]!, mul(sqr(PI), PI)), power(r, 2 * l + 3)),
    mul(sqrt(PI), gammaOverRootPi),
  );
  return sqrt(squared);
}

/**
 * f ≥ Σ_m |P(q) Y_lm|² = (2l+1)/4π P(q)² for every q: the addition theorem, all signs made plus.
 */
export function gthProjectorEnvelope(p: GthPotential, l: number, i: number): PolynomialGaussian {
  const r = interval(p.channels[l]!.r);
  const inQ2 = laguerre(i - 1, l + 0.5).map((c, j) => scale(Math.abs(c), power(scale(0.5, sqr(r)), j)));
  const factor = mul(sqr(projectorNorm(l, i - 1, r)), div(interval(2 * l + 1), scale(4, PI)));
  const coefficients = new Array<number>(2 * l + 4 * (inQ2.length - 1) + 1).fill(0);
  inQ2.forEach((a, j) => {
    inQ2.forEach((b, k) => {
      const power2 = 2 * l + 2 * (j + k);
      coefficients[power2] = add(interval(coefficients[power2]!), mul(factor, mul(a, b))).hi;
    });
  });
  return { coefficients, beta: sqr(r) };
}

/** The radius from which both envelopes of a potential fall: x = q r beyond the largest power. */
export function gthFarRadius(p: GthPotential, coveringRadius: number): number {
  const radii = [p.rloc, ...p.channels.filter(({ h }) => h.length > 0).map(({ r }) => r)];
  return add(interval(10 / Math.min(...radii)), scale(2, interval(coveringRadius))).hi;
}
