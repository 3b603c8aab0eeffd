/** Below this x the power series is used: upward recurrence from j₀ and j₁ would lose digits. */
const SERIES = 2;

/**
 * Returns the spherical Bessel function of the first kind, l = 0, 1, …, x ≥ 0, with a relative
 * error of about 10⁻¹⁵ for l ≤ 4.
 *
 *   j₀ = sin x/x,   j₁ = sin x/x² − cos x/x,   j_{l+1} = (2l+1) j_l/x − j_{l−1}
 *   j_l = x^l/(2l+1)!! Σ_k (−x²/2)^k / (k! (2l+3)(2l+5)…(2l+2k+1))
 */
export function sphericalBessel(l: number, x: number): number {
  if (x < Math.max(SERIES, l)) return series(l, x);
  const sin = Math.sin(x);
  if (l === 0) return sin / x;
  let before = sin / x;
  let value = (before - Math.cos(x)) / x;
  for (let j = 1; j < l; j++) {
    const next = ((2 * j + 1) * value) / x - before;
    before = value;
    value = next;
  }
  return value;
}

function series(l: number, x: number): number {
  let leading = 1;
  for (let j = 1; j <= l; j++) leading *= x / (2 * j + 1);
  const y = (-x * x) / 2;
  let term = 1;
  let sum = 1;
  for (let k = 1; Math.abs(term) > 1e-17 * Math.abs(sum); k++) {
    term *= y / (k * (2 * (l + k) + 1));
    sum += term;
  }
  return leading * sum;
}
