import { createRequire } from "node:module";
import { expect, test } from "vitest";
import type { Vec3 } from "../../../src/common/vec3.ts";
import { encloseBands } from "../../../src/errors/enclose/enclose-bands.ts";
import { encloseProblem } from "../../../src/errors/problem/enclosed-hamiltonian.ts";
import { wasmKernelsSync } from "../../../src/kernels/wasm/wasm.ts";
import { cohenBergstresserSilicon } from "../crystals.ts";

/** Eigenvalues in 80-bit arithmetic by another program, each the sum of two doubles: see the script beside the file. */
const reference: {
  readonly points: readonly Vec3[];
  readonly bands: readonly (readonly (readonly [high: number, low: number])[])[];
} = createRequire(import.meta.url)("../../fixtures/errors/extended.json");

/** Of the reference: 80-bit rounding of numbers up to 36, far below a double's. */
const REFERENCE_ERROR = 1e-16;

test("enclosures as narrow as rounding hold eigenvalues of higher precision", () => {
  const kernels = wasmKernelsSync();
  const problem = encloseProblem(cohenBergstresserSilicon);
  const widths: number[] = [];
  reference.points.forEach((k, at) => {
    const bands = encloseBands(kernels, problem, k, 8, { ecut: 7, reach: 4 });
    if (!Array.isArray(bands)) expect.fail(bands.reason);
    bands.forEach(({ lower, upper }, i) => {
      const [high, low] = reference.bands[at]![i]!;
      // differences of neighbouring doubles are exact
      const isInside = lower - high <= low + REFERENCE_ERROR && low - REFERENCE_ERROR <= upper - high;
      if (!isInside)
        expect.fail(`band ${i + 1} at k = ${k}: ${high} + ${low} is not in [${lower}, ${upper}]`);
      widths.push(upper - lower);
    });
  });
  widths.sort((a, b) => a - b);
  expect(widths[widths.length >> 1]!).toBeLessThan(1e-9);
  expect(widths[0]!).toBeLessThan(3e-12);
});
