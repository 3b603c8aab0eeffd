import { expect, test } from "vitest";
import type { Vec3 } from "../../src/common/vec3.ts";
import { certifyBands } from "../../src/errors/certify-bands.ts";
import { denseEigenpairs } from "../../src/errors/dense-eigenpairs.ts";
import { eliminationBounds } from "../../src/errors/elimination-bounds.ts";
import { encloseProblem, waveSet } from "../../src/errors/enclosed-hamiltonian.ts";
import { proposeBands } from "../../src/errors/propose-bands.ts";
import { wasmKernelsSync } from "../../src/kernels/wasm/wasm.ts";
import { coreSilicon, reference, triclinic } from "./crystals.ts";

const kernels = wasmKernelsSync();
const silicon = encloseProblem(coreSilicon);
const GAMMA: Vec3 = [0, 0, 0];

test("core silicon: enclosures hold the eigenvalues of a larger basis, and elimination agrees with Lehmann", () => {
  const proposal = proposeBands(kernels, silicon, GAMMA, 8, { cutoff: 12, steps: 6 });
  const bands = certifyBands(kernels, silicon, proposal, 8);
  if (!Array.isArray(bands)) expect.fail(bands.reason);
  const above = reference.core[0]!; // of 20 Ha, at most 2e-4 above the exact values
  bands.forEach(({ lower, upper }, i) => {
    expect(lower).toBeLessThan(above[i]! - 2e-4);
    expect(upper).toBeGreaterThan(above[i]!);
    expect(upper - lower).toBeLessThan(0.08);
  });
  const lower = eliminationBounds(kernels, silicon, GAMMA, 4, 9, 60);
  if (!Array.isArray(lower)) expect.fail(lower.reason);
  lower.forEach((bound, i) => {
    expect(bound).toBeLessThan(bands[i]!.upper);
    expect(bound).toBeGreaterThan(bands[i]!.upper - 0.03);
    expect(bound).toBeLessThan(above[i]! - 2e-4);
  });
});

test("no symmetry, an indefinite h: bounds on both sides of the Ritz values of a larger basis", () => {
  const problem = encloseProblem(triclinic);
  const k: Vec3 = [0.15, -0.2, 0.3];
  const ritz = denseEigenpairs(kernels, problem, waveSet(problem, k, 12)).values;
  const bounds = eliminationBounds(kernels, problem, k, 4, 8, 60);
  if (!Array.isArray(bounds)) expect.fail(bounds.reason);
  bounds.forEach((bound, i) => {
    expect(bound).toBeLessThan(ritz[i]!);
    expect(bound).toBeGreaterThan(ritz[i]! - 0.1);
  });
});
