import { requireInput } from "../../common/failure.ts";
import { PI } from "../../interval/constants.ts";
import { exp } from "../../interval/exp.ts";
import {
  add,
  div,
  type Interval,
  interval,
  mul,
  ONE,
  power,
  scale,
  sub,
  upperEnd,
  ZERO,
} from "../../interval/interval.ts";
import type { Above, Below } from "../../interval/sides.ts";
import type { Reciprocal } from "./reciprocal.ts";

/** f(s) = Σ_j cⱼ sʲ e^{−βs²} with cⱼ ≥ 0. */
export interface PolynomialGaussian {
  /** c₀, c₁, …, from above. */
  readonly coefficients: readonly number[];
  readonly beta: Interval;
}

/**
 * Upper bound of ∫_a^∞ sᵐ e^{−βs²} ds for 2βa² > m − 1 (docs/bounds.md, Lemma 2):
 *
 *   a^{m−1} e^{−βa²}/(2β) · 1/(1 − (m−1)⁺/(2βa²))
 */
export function gaussianMoment(m: number, beta: Interval, a: Interval): Interval {
  const twoBeta = scale(2, beta);
  const exponent = mul(beta, power(a, 2));
  const lead = div(mul(exp(scale(-1, exponent)), power(a, m)), mul(twoBeta, a));
  if (m <= 1) return lead;
  const falling = sub(ONE, div(interval(m - 1), scale(2, exponent)));
  requireInput(
    falling.lo > 0,
    () => `gaussian tail: 2βa² must be above ${m - 1}, got a = ${a.lo}; start farther out`,
  );
  return div(lead, falling);
}

/**
 * Upper bound of Σ f(|k+G|) over all |k+G| ≥ R, for any k (docs/bounds.md, Lemma 1):
 *
 *   (4π/Ω*) ∫_{R−2δ}^∞ (s+δ)² f(s) ds,   δ the covering radius
 *
 * @param reciprocal the lattice: its covering radius, the volume of its cell
 * @param radius R, or a number below it
 * @throws InputError unless f falls from R − 2δ on, that is 2β(R−2δ)² ≥ the largest power, and the
 *   moments exist.
 */
export function latticeTail(
  f: PolynomialGaussian,
  reciprocal: Pick<Reciprocal, "coveringRadius" | "reciprocalVolume">,
  radius: Below,
): Above {
  const delta = interval(reciprocal.coveringRadius);
  const from = sub(interval(radius), scale(2, delta));
  const largest = f.coefficients.length - 1;
  requireInput(
    from.lo > 0 && scale(2, mul(f.beta, power(interval(from.lo), 2))).lo > largest + 1,
    () =>
      `lattice tail: the summand must fall from R − 2δ = ${from.lo} on; take a larger radius than ${radius}`,
  );
  const a = interval(from.lo);
  let sum: Interval = ZERO;
  f.coefficients.forEach((c, j) => {
    const moments = add(
      gaussianMoment(j + 2, f.beta, a),
      add(
        mul(scale(2, delta), gaussianMoment(j + 1, f.beta, a)),
        mul(power(delta, 2), gaussianMoment(j, f.beta, a)),
      ),
    );
    sum = add(sum, scale(c, moments));
  });
  return upperEnd(mul(div(scale(4, PI), reciprocal.reciprocalVolume), sum));
}
