/**
 * Error function and its complement, accurate to about one unit in the last place.
 *
 *   erf(x) = (2/√π) ∫₀ˣ e^{−t²} dt,   erfc(x) = 1 − erf(x)
 *
 * Minimax rational functions on four ranges, with the coefficients of Sun's fdlibm (1993), which
 * states approximation errors below 2⁻⁵⁷. Beyond 1.25 the tail has the form e^{−x²} R(1/x²)/x.
 */

/** erf(1) rounded to 24 bits; the middle range approximates the difference from it. */
const ERF_ONE = 8.450629115104675e-1;

/** Evaluates a polynomial by Horner's rule; coefficients with the lowest power first. */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * x + coefficients[i]!;
  return sum;
}

// |x| < 0.84375: erf(x) = x + x P(x²)/Q(x²).
const CENTRE_P = [
  1.2837916709551256e-1, -3.250421072470015e-1, -2.848174957559851e-2, -5.770270296489442e-3,
  -2.3763016656650163e-5,
];
const CENTRE_Q = [
  1, 3.9791722395915535e-1, 6.50222499887673e-2, 5.081306281875766e-3, 1.3249473800432164e-4,
  -3.960228278775368e-6,
];
// 0.84375 ≤ |x| < 1.25: erf(x) = ERF_ONE + P(|x| − 1)/Q(|x| − 1).
const MIDDLE_P = [
  -2.3621185607526594e-3, 4.1485611868374833e-1, -3.722078760357013e-1, 3.1834661990116175e-1,
  -1.1089469428239668e-1, 3.5478304325618236e-2, -2.166375594868791e-3,
];
const MIDDLE_Q = [
  1, 1.0642088040084423e-1, 5.40397917702171e-1, 7.182865441419627e-2, 1.2617121980876164e-1,
  1.363708391202905e-2, 1.1984499846799107e-2,
];
// 1.25 ≤ |x| < 1/0.35: erfc(x) = e^{−x² − 0.5625} e^{P(1/x²)/Q(1/x²)} / x, and the same beyond.
const NEAR_P = [
  -9.864944034847148e-3, -6.938585727071818e-1, -1.0558626225323291e1, -6.2375332450326006e1,
  -1.6239666946257347e2, -1.8460509290671104e2, -8.12874355063066e1, -9.814329344169145,
];
const NEAR_Q = [
  1, 1.9651271667439257e1, 1.3765775414351904e2, 4.3456587747522923e2, 6.453872717332679e2,
  4.2900814002756783e2, 1.0863500554177944e2, 6.570249770319282, -6.04244152148581e-2,
];
const FAR_P = [
  -9.8649429247001e-3, -7.99283237680523e-1, -1.7757954917754752e1, -1.6063638485582192e2,
  -6.375664433683896e2, -1.0250951316110772e3, -4.835191916086514e2,
];
const FAR_Q = [
  1, 3.033806074348246e1, 3.257925129965739e2, 1.536729586084437e3, 3.1998582195085955e3,
  2.5530504064331644e3, 4.7452854120695537e2, -2.244095244658582e1,
];

/** Returns erfc(x) for x ≥ 1.25. */
function tail(x: number): number {
  if (x > 28) return 0; // below the smallest subnormal number
  const s = 1 / (x * x);
  const ratio =
    x < 1 / 0.35
      ? polynomial(NEAR_P, s) / polynomial(NEAR_Q, s)
      : polynomial(FAR_P, s) / polynomial(FAR_Q, s);
  // x² rounded would spoil e^{−x²} by x²·2⁻⁵³; z holds the leading 24 bits of x, so z² is exact.
  const z = Math.fround(x);
  return (Math.exp(-z * z - 0.5625) * Math.exp((z - x) * (z + x) + ratio)) / x;
}

export function erfc(x: number): number {
  const a = Math.abs(x);
  if (a < 0.84375) {
    const z = x * x;
    const y = (x * polynomial(CENTRE_P, z)) / polynomial(CENTRE_Q, z);
    // Above 1/4 the sum 1 − x loses bits; x − 1/2 is exact there.
    return x < 0.25 ? 1 - (x + y) : 0.5 - (x - 0.5 + y);
  }
  if (a < 1.25) {
    const ratio = polynomial(MIDDLE_P, a - 1) / polynomial(MIDDLE_Q, a - 1);
    return x > 0 ? 1 - ERF_ONE - ratio : 1 + (ERF_ONE + ratio);
  }
  return x > 0 ? tail(x) : x < 0 ? 2 - tail(-x) : Number.NaN;
}

export function erf(x: number): number {
  const a = Math.abs(x);
  if (a < 0.84375) {
    const z = x * x;
    return x + (x * polynomial(CENTRE_P, z)) / polynomial(CENTRE_Q, z);
  }
  if (a < 1.25) {
    const value = ERF_ONE + polynomial(MIDDLE_P, a - 1) / polynomial(MIDDLE_Q, a - 1);
    return x > 0 ? value : -value;
  }
  return x > 0 ? 1 - tail(x) : x < 0 ? tail(-x) - 1 : Number.NaN;
}
