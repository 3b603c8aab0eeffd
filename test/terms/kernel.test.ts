import { describe, expect, test } from "vitest";
import { createGrid } from "../../src/basis/grid.ts";
import { random } from "../../src/common/random.ts";
import type { Mat3 } from "../../src/common/vec3.ts";
import { FUNCTIONALS, functionals } from "../../src/functionals/functionals.ts";
import { asRealField, dotReal, newRealField, type RealField } from "../../src/kernels/fields.ts";
import { wasmKernelsSync } from "../../src/kernels/wasm/wasm.ts";
import { createLattice } from "../../src/model/lattice.ts";
import { hartree } from "../../src/terms/hartree/hartree.ts";
import { kernelOf } from "../../src/terms/sums.ts";
import { exchangeCorrelation } from "../../src/terms/xc/exchange-correlation.ts";
import { functionalCurvature } from "../../src/terms/xc/functional-curvature.ts";
import { close, closeArrays, notTiny } from "../close.ts";

const VECTORS: Mat3 = [[6, 0, 0], [1, 5, 0], [-2, 0.5, 7]]; // biome-ignore format: a matrix
const grid = createGrid(createLattice(VECTORS), [10, 8, 9], wasmKernelsSync());
const N = grid.points;

/** Smooth, between `low` and `high`, without symmetry. */
function smooth(seed: number, low: number, high: number): Float64Array {
  const { normal } = random(seed);
  const waves = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, -1], [0, 1, 1]].map((g) => ({ g, a: normal(), b: normal() })); // biome-ignore format: a table
  const out = Float64Array.from({ length: N }, (_, r) => {
    const x = [r % 10, Math.floor(r / 10) % 8, Math.floor(r / 80)].map((i, c) => i / grid.size[c]!);
    return waves.reduce((sum, { g, a, b }) => {
      const phase = 2 * Math.PI * (g[0]! * x[0]! + g[1]! * x[1]! + g[2]! * x[2]!);
      return sum + a * Math.cos(phase) + b * Math.sin(phase);
    }, 0);
  });
  const [least, most] = [Math.min(...out), Math.max(...out)];
  return out.map((v) => low + ((high - low) * (v - least)) / (most - least));
}

function stacked(...parts: readonly Float64Array[]): RealField {
  const out = newRealField(N * parts.length);
  for (const [s, part] of parts.entries()) out.set(part, s * N);
  return out;
}

const density = (nSpin: 1 | 2) =>
  nSpin === 1 ? stacked(smooth(1, 0.003, 0.1)) : stacked(smooth(1, 0.003, 0.1), smooth(2, 0.001, 0.06));
const change = (nSpin: 1 | 2, seed: number) =>
  nSpin === 1 ? stacked(smooth(seed, -1, 1)) : stacked(smooth(seed, -1, 1), smooth(seed + 1, -1, 1));

function termsOf(name: string, nSpin: 1 | 2) {
  const list = functionals(name);
  return [hartree(grid, nSpin), ...(list.length > 0 ? [exchangeCorrelation(grid, list, nSpin)] : [])];
}

describe.each(["lda-pw92", "lda-teter93", "lda-vwn5", "pbe", "none"])("the kernel of %s", (name) => {
  test.each([1, 2] as const)("is the derivative of the Hartree-xc potential, %i spin(s)", (nSpin) => {
    const terms = termsOf(name, nSpin);
    const rho = density(nSpin);
    const delta = change(nSpin, 5);
    const potentialAt = (t: number) => {
      const shifted = asRealField(rho.map((x, r) => x + t * delta[r]!));
      const parts = terms.map((term) => term.evaluate(shifted).potential);
      return parts[0]!.map((v, r) => v + (parts[1]?.[r] ?? 0));
    };
    // Fourth-order differences; t/ρ is at most 1/300, so their truncation is about (1/300)⁴/3 of the kernel.
    const t = 3e-6;
    const [p, m, p2, m2] = [t, -t, 2 * t, -2 * t].map(potentialAt) as [Float64Array, Float64Array, Float64Array, Float64Array]; // biome-ignore format: four values
    const expected = p.map((x, r) => (8 * (x - m[r]!) - (p2[r]! - m2[r]!)) / (12 * t));
    const found = kernelOf(terms, rho)(delta);
    notTiny(expected, 1);
    // Potentials of size 1 in steps of 3e-6: rounding of a few 10⁻¹⁶/3e-6.
    closeArrays(found, expected, 1e-9, name);
  });

  test.each([1, 2] as const)("is linear and self-adjoint, %i spin(s)", (nSpin) => {
    const apply = kernelOf(termsOf(name, nSpin), density(nSpin));
    const [f, g] = [change(nSpin, 7), change(nSpin, 11)];
    const [kf, kg] = [apply(f), apply(g)];
    const [left, right] = [dotReal(f, kg), dotReal(kf, g)];
    expect(Math.abs(left)).toBeGreaterThan(1);
    close(left, right, 1e-12 * Math.sqrt(dotReal(f, f) * dotReal(kg, kg)));
    const combined = apply(asRealField(f.map((x, r) => 2 * x - 3 * g[r]!)));
    closeArrays(
      combined,
      kf.map((x, r) => 2 * x - 3 * kg[r]!),
      1e-10,
    );
  });
});

test("the curvature of exchange is (4/9)·C ρ^(−2/3) to twelve digits, from core to vacuum", () => {
  const rho = Float64Array.from({ length: 40 }, (_, i) => 10 ** (2 - i / 3));
  const { slopes, curvatures } = functionalCurvature(functionals(["lda_x"]), 1, [rho]);
  const c = (-3 / 4) * (3 / Math.PI) ** (1 / 3);
  rho.forEach((x, i) => {
    const expected = (4 / 9) * c * x ** (-2 / 3);
    close(curvatures[0]![0]![i]! / expected, 1, 3e-12, `ρ = ${x}`);
    close(slopes[0]![i]! / ((4 / 3) * c * Math.cbrt(x)), 1, 1e-14);
  });
});

test("equal spins have the kernel of the spinless gas for equal changes", () => {
  for (const functional of FUNCTIONALS.filter(({ kind }) => kind === "lda")) {
    const rho = Float64Array.of(1e-4, 0.01, 0.3, 2);
    const half = rho.map((x) => x / 2);
    const one = functionalCurvature([functional], 1, [rho]).curvatures[0]![0]!;
    const two = functionalCurvature([functional], 2, [half, half]).curvatures;
    notTiny(one, 0.1);
    // ∂²e/∂n² for ρ↑ = ρ↓ = n/2 is the mean of the four.
    rho.forEach((_, r) => {
      const mean = (two[0]![0]![r]! + two[0]![1]![r]! + two[1]![0]![r]! + two[1]![1]![r]!) / 4;
      close(mean / one[r]!, 1, 1e-10, functional.name); // by differences: 7e-11 for the smallest
    });
  }
});

test("a fully polarised gas has a finite kernel, and an empty point has none", () => {
  const up = Float64Array.of(0.01, 0);
  const { curvatures } = functionalCurvature(functionals("lda-pw92"), 2, [up, Float64Array.of(0, 0)]);
  const [uu, ud, dd] = [curvatures[0]![0]!, curvatures[0]![1]!, curvatures[1]![1]!];
  expect(uu[0]).toBeLessThan(-1);
  expect(ud[0]).toBe(curvatures[1]![0]![0]);
  expect(Math.abs(ud[0]!)).toBeGreaterThan(0.01);
  // It is the limit of few minority electrons, which it reaches like their density to the third.
  const limit = functionalCurvature(functionals("lda-pw92"), 2, [up, Float64Array.of(1e-11, 0)]).curvatures;
  close(ud[0]! / limit[0]![1]![0]!, 1, 0.02);
  expect([dd[0], uu[1], ud[1], dd[1]]).toEqual([0, 0, 0, 0]);
});

test("where the gradient all but vanishes the kernel of PBE exchange is that of no gradient", () => {
  const rho = Float64Array.of(0.02, 0.02, 0.02);
  const sigma = Float64Array.of(1e-32, 1e-20, 1e-10);
  const { curvatures } = functionalCurvature(functionals(["gga_x_pbe"]), 1, [rho, sigma]);
  const mixed = curvatures[0]![1]!;
  expect(Math.abs(mixed[2]!)).toBeGreaterThan(1);
  // σ enters as σ/ρ^(8/3) ≈ 3e-6 at the last point.
  for (const r of [0, 1]) close(mixed[r]! / mixed[2]!, 1, 1e-5, `σ = ${sigma[r]}`);
});
