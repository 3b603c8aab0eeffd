import { invariant } from "../common/failure.ts";
import { PI } from "./constants.ts";
import { add, div, type Interval, interval, midpoint, mul, power, scale, ZERO } from "./interval.ts";
import { above, UNIT_ROUNDOFF } from "./rounding.ts";
import { sqrt } from "./sqrt.ts";

/** A term c xⁱ yʲ zᵏ with a whole c. */
type Term = readonly [c: number, i: number, j: number, k: number];

/**
 * S_lm = √(a/(b π)) Σ terms, in the order l(l + 1) + m, with the signs of the model's harmonics.
 */
const TABLE: readonly (readonly [a: number, b: number, terms: readonly Term[]])[] = [
  [1, 4, [[1, 0, 0, 0]]],
  [3, 4, [[1, 0, 1, 0]]],
  [3, 4, [[1, 0, 0, 1]]],
  [3, 4, [[1, 1, 0, 0]]],
  [15, 4, [[1, 1, 1, 0]]],
  [15, 4, [[1, 0, 1, 1]]],
  [
    5,
    16,
    [
      [2, 0, 0, 2],
      [-1, 2, 0, 0],
      [-1, 0, 2, 0],
    ],
  ],
  [15, 4, [[1, 1, 0, 1]]],
  [
    15,
    16,
    [
      [1, 2, 0, 0],
      [-1, 0, 2, 0],
    ],
  ],
  [
    35,
    32,
    [
      [3, 2, 1, 0],
      [-1, 0, 3, 0],
    ],
  ],
  [105, 4, [[1, 1, 1, 1]]],
  [
    21,
    32,
    [
      [4, 0, 1, 2],
      [-1, 2, 1, 0],
      [-1, 0, 3, 0],
    ],
  ],
  [
    7,
    16,
    [
      [2, 0, 0, 3],
      [-3, 2, 0, 1],
      [-3, 0, 2, 1],
    ],
  ],
  [
    21,
    32,
    [
      [4, 1, 0, 2],
      [-1, 3, 0, 0],
      [-1, 1, 2, 0],
    ],
  ],
  [
    105,
    16,
    [
      [1, 2, 0, 1],
      [-1, 0, 2, 1],
    ],
  ],
  [
    35,
    32,
    [
      [1, 3, 0, 0],
      [-3, 1, 2, 0],
    ],
  ],
];
const NORMS = TABLE.map(([a, b]) => sqrt(div(interval(a), scale(b, PI))));

/** |r|^l Y_lm(r), real, orthonormal on the unit sphere, polynomial in r: l ≤ 3, |m| ≤ l. */
export function solidHarmonic(l: number, m: number, r: readonly Interval[]): Interval {
  const index = l * (l + 1) + m;
  invariant(
    l >= 0 && l <= 3 && Math.abs(m) <= l,
    () => `solid harmonic l=${l}, m=${m}; l goes to 3, |m| to l`,
  );
  let sum: Interval = ZERO;
  for (const [c, i, j, k] of TABLE[index]![2])
    sum = add(sum, scale(c, mul(power(r[0]!, i), mul(power(r[1]!, j), power(r[2]!, k)))));
  return mul(NORMS[index]!, sum);
}

/**
 * The same in plain arithmetic for coordinates within `error` of r, |r| ≤ `length` with the error
 * counted in:
 *
 *   |value − S(r)| ≤ c K lengthˡ⁻¹ (32 u length + l error),
 *   c K the constant times the sum of the terms' coefficients
 *
 * by the mean value along each coordinate; a term meets at most l + 8 roundings.
 */
export interface PlainHarmonic {
  value(x: number, y: number, z: number): number;
  /** c K from above. */
  readonly size: number;
}

export function plainHarmonic(l: number, m: number): PlainHarmonic {
  const index = l * (l + 1) + m;
  const terms = TABLE[index]![2];
  const norm = NORMS[index]!;
  const c = midpoint(norm);
  return {
    size: above(above(norm.hi * (1 + 4 * UNIT_ROUNDOFF)) * terms.reduce((sum, [k]) => sum + Math.abs(k), 0)),
    value(x, y, z) {
      let sum = 0;
      for (const [k, i, j, h] of terms) {
        let term = k;
        for (let p = 0; p < i; p++) term *= x;
        for (let p = 0; p < j; p++) term *= y;
        for (let p = 0; p < h; p++) term *= z;
        sum += term;
      }
      return c * sum;
    },
  };
}
