import { invariant } from "../../common/failure.ts";

/** Throws unless `array` is a whole Float64Array long enough: native code checks nothing. */
export function checkArray(what: string, array: Float64Array, length: number): void {
  invariant(
    array instanceof Float64Array && array.length >= length,
    () =>
      `${what}: needs a Float64Array of at least ${length} numbers, got ${array?.constructor?.name} of length ${array?.length}`,
  );
}

/** Throws unless a count fits the 32-bit integers of native calls. */
export function checkCount(what: string, count: number): void {
  invariant(
    Number.isInteger(count) && count >= 0 && count < 2 ** 31,
    () => `${what}: must be an integer in [0, 2³¹), got ${count}`,
  );
}

/** Throws unless `array` holds a matrix, elements of `width` numbers, leading dimension `ld`. */
export function checkMatrix(
  what: string,
  array: Float64Array,
  rows: number,
  columns: number,
  ld: number,
  width: 1 | 2,
): void {
  checkCount(`${what} rows`, rows);
  checkCount(`${what} columns`, columns);
  checkCount(`${what} leading dimension`, ld);
  invariant(ld >= rows, () => `${what}: leading dimension ${ld} is below the ${rows} rows`);
  checkArray(what, array, rows === 0 || columns === 0 ? 0 : width * (ld * (columns - 1) + rows));
}

/** Returns whether two views begin at the same byte of the same memory. */
export const sameArray = (a: Float64Array, b: Float64Array): boolean =>
  a.buffer === b.buffer && a.byteOffset === b.byteOffset;
