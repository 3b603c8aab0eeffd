import { vi } from "vitest";

/**
 * Makes u of the error formulas so large that the rounding of this machine is nothing beside it: every summand can be seen.
 * To be imported before anything of `src`.
 */
vi.mock("../../../src/interval/rounding.ts", async (original) => {
  const real = await original<typeof import("../../../src/interval/rounding.ts")>();
  const u = 2 ** -26;
  const push = (x: number) => Math.abs(x) * u + real.SMALLEST;
  return {
    ...real,
    UNIT_ROUNDOFF: u,
    above: (x: number) => (x === -Infinity ? -Number.MAX_VALUE : x + push(x)),
    below: (x: number) => (x === Infinity ? Number.MAX_VALUE : x - push(x)),
  };
});
