import { vi } from "vitest";

/**
 * Makes u of the error formulas that of numbers with 24 bits, beside which the rounding of this machine is nothing: every
 * summand can be seen.
 * To be imported before anything of `src`.
 */
vi.mock("../../../src/interval/rounding.ts", async (original) => {
  const real = await original<typeof import("../../../src/interval/rounding.ts")>();
  const u = 2 ** -24;
  const push = (x: number) => Math.abs(x) * u + real.SMALLEST;
  return {
    ...real,
    UNIT_ROUNDOFF: u,
    // of numbers with 24 bits, exact in double precision
    productError: (a: number, b: number) => a * b - Math.fround(a * b),
    sumError: (a: number, b: number) => a + b - Math.fround(a + b),
    above: (x: number) => (x === -Infinity ? -Number.MAX_VALUE : x + push(x)),
    below: (x: number) => (x === Infinity ? Number.MAX_VALUE : x - push(x)),
  };
});
