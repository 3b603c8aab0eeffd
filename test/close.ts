import { expect } from "vitest";

/** |actual − expected| ≤ tolerance, with both values in the message. */
export function close(actual: number, expected: number, tolerance: number, what = "value"): void {
  const error = Math.abs(actual - expected);
  if (!(error <= tolerance))
    expect.fail(`${what}: got ${actual}, expected ${expected}; error ${error} above ${tolerance}`);
}

/** Largest |a_i − b_i|, with the place where it is. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): { error: number; at: number } {
  expect(a.length).toBe(b.length);
  let error = 0;
  let at = -1;
  for (let i = 0; i < a.length; i++) {
    const d = Math.abs(a[i]! - b[i]!);
    if (!(d <= error)) [error, at] = [d, i];
  }
  return { error, at };
}

export function closeArrays(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what = "array",
): void {
  const { error, at } = largestDifference(actual, expected);
  if (!(error <= tolerance))
    expect.fail(
      `${what}[${at}]: got ${actual[at]}, expected ${expected[at]}; error ${error} above ${tolerance}`,
    );
}

/** Guards against comparing nothing with nothing. */
export function notTiny(x: ArrayLike<number>, floor = 1e-3, what = "array"): void {
  let size = 0;
  for (let i = 0; i < x.length; i++) size = Math.max(size, Math.abs(x[i]!));
  if (!(size > floor)) expect.fail(`${what} is all below ${floor}: the comparison would be empty`);
}
