import { type Interval, interval } from "../../interval/interval.ts";
import { above, below, productError, sumError } from "../../interval/rounding.ts";
import {
  type Above,
  gamma,
  inflated,
  productAbove,
  SumAbove,
  sizeOf,
  sumAbove,
} from "../../interval/sides.ts";

/**
 * Σ xᵢyᵢ with twofold working precision [ORO05, algorithm 5.3]: errors of products and sums are
 * exact doubles, summed separately. The exact value is s + Σ errors, and the plain sum of the
 * errors is off by at most γ_{n+1} Σ |errors|.
 */
export function accurateDot(
  n: number,
  x: Float64Array,
  x0: number,
  stepX: number,
  y: Float64Array,
  y0: number,
  stepY: number,
): { readonly sum: number; readonly rest: number; readonly error: Above } {
  let sum = 0;
  let rest = 0;
  let size = 0;
  for (let i = 0; i < n; i++) {
    const [a, b] = [x[x0 + i * stepX]!, y[y0 + i * stepY]!];
    const product = a * b;
    const [lost, carried] = [productError(a, b), sumError(sum, product)];
    sum += product;
    rest += lost + carried;
    size += Math.abs(lost) + Math.abs(carried);
  }
  // the errors are 2n numbers in n sums of a sum: n + 1 roundings, of `rest` as of `size`
  return { sum, rest, error: productAbove(gamma(n + 1), inflated(size, n + 1)) };
}

/** Encloses both parts of ⟨x, y⟩ = Σ x̄ᵢyᵢ for columns of n complex numbers at given offsets. */
export function accurateOverlap(
  n: number,
  x: Float64Array,
  x0: number,
  y: Float64Array,
  y0: number,
): { readonly re: Interval; readonly im: Interval } {
  const [rr, ii] = [
    accurateDot(n, x, 2 * x0, 2, y, 2 * y0, 2),
    accurateDot(n, x, 2 * x0 + 1, 2, y, 2 * y0 + 1, 2),
  ];
  const [ri, ir] = [
    accurateDot(n, x, 2 * x0, 2, y, 2 * y0 + 1, 2),
    accurateDot(n, x, 2 * x0 + 1, 2, y, 2 * y0, 2),
  ];
  return { re: joined(rr, ii, 1), im: joined(ri, ir, -1) };
}

type Part = ReturnType<typeof accurateDot>;

function joined(a: Part, b: Part, sign: number): Interval {
  const sum = a.sum + sign * b.sum;
  const lost = sumError(a.sum, sign * b.sum);
  const rest = a.rest + sign * b.rest + lost;
  const sizes = new SumAbove().add(sizeOf(a.rest)).add(sizeOf(b.rest)).add(sizeOf(lost)).value;
  const radius = sumAbove(a.error, b.error, productAbove(gamma(2), sizes)); // two sums
  return interval(below(below(sum + rest) - radius), above(above(sum + rest) + radius));
}
