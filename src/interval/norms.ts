import { interval } from "./interval.ts";
import { type Above, type Below, inflated } from "./sides.ts";
import { sqrt } from "./sqrt.ts";

/** √x from above. @throws InputError for NaN, infinity and x < 0 */
export const rootAbove = (x: Above): Above => sqrt(interval(x)).hi as Above;

/** √x from below, of a quantity that is not negative. @throws InputError for NaN and infinity */
export const rootBelow = (x: Below): Below => sqrt(interval(Math.max(0, x))).lo as Below;

/** ‖x‖₂² of an array of exact numbers, complex or real, from position `from` to `to` − 1. */
export function squaredNormAbove(x: ArrayLike<number>, from = 0, to = x.length): Above {
  let sum = 0;
  for (let i = from; i < to; i++) sum += x[i]! * x[i]!;
  return inflated(sum, to - from + 1);
}

/** ‖x‖₂ of the same. @throws InputError if it holds a NaN */
export const norm2Above = (x: ArrayLike<number>, from = 0, to = x.length): Above =>
  rootAbove(squaredNormAbove(x, from, to));

/** ‖column‖₂ of complex columns of n entries, interleaved, one after the other. */
export const columnNormsAbove = (x: ArrayLike<number>, n: number, columns: number): Above[] =>
  Array.from({ length: columns }, (_, j) => norm2Above(x, 2 * n * j, 2 * n * (j + 1)));
