import {
  add,
  type Interval,
  interval,
  magnitude,
  midpoint,
  mul,
  neg,
  radiusAbout,
  sub,
  ZERO,
} from "../../interval/interval.ts";
import { rootAbove } from "../../interval/norms.ts";
import { type Above, exact, maxAbove, SumAbove, sumAbove } from "../../interval/sides.ts";

/** A small square matrix of complex numbers, each part enclosed; rows of entries. */
export interface IntervalMatrix {
  readonly n: number;
  readonly re: readonly (readonly Interval[])[];
  readonly im: readonly (readonly Interval[])[];
}

export function intervalMatrix(
  n: number,
  entry: (i: number, j: number) => { re: Interval; im: Interval },
): IntervalMatrix {
  const entries = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => entry(i, j)));
  return {
    n,
    re: entries.map((row) => row.map(({ re }) => re)),
    im: entries.map((row) => row.map(({ im }) => im)),
  };
}

/** The same from the entries i ≤ j. */
export function hermitianMatrix(n: number, entry: Parameters<typeof intervalMatrix>[1]): IntervalMatrix {
  const upper = Array.from({ length: n }, (_, i) => Array.from({ length: n - i }, (_, d) => entry(i, i + d)));
  return intervalMatrix(n, (i, j) => {
    if (i <= j) return upper[i]![j - i]!;
    const { re, im } = upper[j]![i - j]!;
    return { re, im: neg(im) };
  });
}

export const sum = (a: IntervalMatrix, b: IntervalMatrix): IntervalMatrix =>
  intervalMatrix(a.n, (i, j) => ({
    re: add(a.re[i]![j]!, b.re[i]![j]!),
    im: add(a.im[i]![j]!, b.im[i]![j]!),
  }));

export const adjoint = (a: IntervalMatrix): IntervalMatrix =>
  intervalMatrix(a.n, (i, j) => ({ re: a.re[j]![i]!, im: neg(a.im[j]![i]!) }));

/** diag(left) A diag(right) for real factors. */
export const scaled = (
  left: readonly Interval[],
  a: IntervalMatrix,
  right: readonly Interval[],
): IntervalMatrix =>
  intervalMatrix(a.n, (i, j) => {
    const factor = mul(left[i]!, right[j]!);
    return { re: mul(factor, a.re[i]![j]!), im: mul(factor, a.im[i]![j]!) };
  });

export function product(a: IntervalMatrix, b: IntervalMatrix): IntervalMatrix {
  return intervalMatrix(a.n, (i, j) => {
    let [re, im]: [Interval, Interval] = [ZERO, ZERO];
    for (let k = 0; k < a.n; k++) {
      re = add(re, sub(mul(a.re[i]![k]!, b.re[k]![j]!), mul(a.im[i]![k]!, b.im[k]![j]!)));
      im = add(im, add(mul(a.re[i]![k]!, b.im[k]![j]!), mul(a.im[i]![k]!, b.re[k]![j]!)));
    }
    return { re, im };
  });
}

/** A matrix of exact numbers from interleaved column-major storage. */
export const exactMatrix = (n: number, z: ArrayLike<number>): IntervalMatrix =>
  intervalMatrix(n, (i, j) => ({ re: interval(z[2 * (i + n * j)]!), im: interval(z[2 * (i + n * j) + 1]!) }));

/** Midpoints, interleaved and column-major. */
export function midpoints(a: IntervalMatrix): Float64Array {
  const z = new Float64Array(2 * a.n * a.n);
  for (let i = 0; i < a.n; i++)
    for (let j = 0; j < a.n; j++) z.set([midpoint(a.re[i]![j]!), midpoint(a.im[i]![j]!)], 2 * (i + a.n * j));
  return z;
}

/**
 * Bounds ‖A − diag(d)‖₂ of all members A, Hermitian or not, by the largest row or column sum: ‖A‖₂²
 * ≤ ‖A‖₁‖A‖_∞. Rows alone would do for Hermitian members only.
 */
export function distanceFromDiagonal(a: IntervalMatrix, d: readonly number[]): Above {
  const [rows, columns] = [sums(a.n), sums(a.n)];
  for (let i = 0; i < a.n; i++)
    for (let j = 0; j < a.n; j++) {
      const re = magnitude(i === j ? sub(a.re[i]![j]!, interval(d[i]!)) : a.re[i]![j]!);
      const im = magnitude(a.im[i]![j]!);
      const size = modulusAbove(re, im);
      rows[i]!.add(size);
      columns[j]!.add(size);
    }
  return largest(rows, columns);
}

const sums = (n: number): SumAbove[] => Array.from({ length: n }, () => new SumAbove());
const largest = (rows: readonly SumAbove[], columns: readonly SumAbove[]): Above =>
  maxAbove(exact(0), ...[...rows, ...columns].map(({ value }) => value));

const modulusAbove = (re: Above, im: Above): Above =>
  rootAbove(new SumAbove().addSquare(re).addSquare(im).value);

/**
 * Returns an exact matrix in the middle, Hermitian if the midpoints are, and bounds of |A −
 * middle|.
 */
export function split(a: IntervalMatrix): {
  readonly middle: IntervalMatrix;
  readonly radii: readonly (readonly Above[])[];
} {
  const middle = exactMatrix(a.n, midpoints(a));
  const radii = a.re.map((row, i) =>
    row.map((re, j) => {
      const [dx, dy] = [
        radiusAbout(re, middle.re[i]![j]!.lo),
        radiusAbout(a.im[i]![j]!, middle.im[i]![j]!.lo),
      ];
      return modulusAbove(dx, dy);
    }),
  );
  return { middle, radii };
}

/**
 * Bounds ‖XᴴEX‖₂ for |E| ≤ radii entry by entry, by the largest row or column sum of |X|ᵀ radii
 * |X|: large radii need not meet the large columns of X.
 */
export function sandwichNorm(x: IntervalMatrix, radii: readonly (readonly Above[])[]): Above {
  const { n } = x;
  const sizes = x.re.map((row, i) => row.map((re, j) => sumAbove(magnitude(re), magnitude(x.im[i]![j]!))));
  const product = (left: (k: number) => Above, right: (k: number) => Above): Above => {
    const sum = new SumAbove();
    for (let k = 0; k < n; k++) sum.addProduct(left(k), right(k));
    return sum.value;
  };
  // |E X|, then |X|ᵀ of it
  const right = radii.map((row) =>
    sizes[0]!.map((_, j) =>
      product(
        (k) => row[k]!,
        (k) => sizes[k]![j]!,
      ),
    ),
  );
  const [rows, columns] = [sums(n), sums(n)];
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const entry = product(
        (k) => sizes[k]![i]!,
        (k) => right[k]![j]!,
      );
      rows[i]!.add(entry);
      columns[j]!.add(entry);
    }
  return largest(rows, columns);
}

/** The leading n × n block. */
export const leading = (a: IntervalMatrix, n: number): IntervalMatrix =>
  intervalMatrix(n, (i, j) => ({ re: a.re[i]![j]!, im: a.im[i]![j]! }));
