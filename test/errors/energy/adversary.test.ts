import "../adversary/coarse-rounding.ts";
import { expect, test } from "vitest";
import { fftRounding } from "../../../src/errors/apply/fft-rounding.ts";
import { trialPanel } from "../../../src/errors/apply/trial-panel.ts";
import { densityGrid } from "../../../src/errors/energy/filled-density.ts";
import { UNIT_ROUNDOFF as u } from "../../../src/interval/rounding.ts";
import { exact } from "../../../src/interval/sides.ts";
import type { Kernels } from "../../../src/kernels/kernels.ts";
import { wasmKernelsSync } from "../../../src/kernels/wasm/wasm.ts";
import { inwards, type Round, rounding } from "../adversary/inexact.ts";

const coarse = (await import("../../../src/errors/energy/filled-density.ts?coarse" as string)) as typeof import("../../../src/errors/energy/filled-density.ts"); // biome-ignore format: one import

const base = wasmKernelsSync();
/** Transforms as wrong as Lemma 8 allows: there too small by ε, back by μ‖x‖₁ in every place. */
const liar: Kernels = {
  ...base,
  fft(size) {
    const fft = base.fft(size);
    const law = fftRounding(fft.passes)!;
    // where the law of single passes is looked at, they are right
    if (fft.passes!.length === 1) return fft;
    return {
      ...fft,
      inverse(out, x) {
        fft.inverse(out, x);
        for (let i = 0; i < out.length; i++) out[i]! *= 1 - law.relative;
      },
      forward(out, x) {
        let size1 = 0;
        for (let i = 0; i < x.length; i += 2) size1 += Math.hypot(x[i]!, x[i + 1]!);
        fft.forward(out, x);
        for (let i = 0; i < out.length; i += 2) out[i]! -= law.uniform * size1;
      },
    };
  },
};

/** One orbital of equal waves along a line, and columns of zeros that only have its sum rounded. */
const WAVES = 32;
const line = Int32Array.from({ length: 3 * WAVES }, (_, i) => (i % 3 === 0 ? i / 3 : 0));
const orbitals = (columns: number) => ({
  waves: { g: line },
  u: trialPanel(
    WAVES,
    columns,
    Float64Array.from({ length: 2 * WAVES * columns }, (_, i) => (i < 2 * WAVES && i % 2 === 0 ? 1 / Math.sqrt(WAVES) : 0)),
  ),
  multiplicity: 1,
  skewness: exact(0),
}); // biome-ignore format: a vector
/** ‖ρ‖² in a cube whose reciprocal vectors have length 1: 8π/Ω Σ_j (n_j/j)², n_j = 2(1 − j/m). */
const CUBE = 2 * Math.PI;
const lattice = [[CUBE, 0, 0], [0, CUBE, 0], [0, 0, CUBE]] as const; // biome-ignore format: a matrix
const truth =
  ((8 * Math.PI) / CUBE ** 3) *
  Array.from({ length: WAVES }, (_, j) => (j === 0 ? 0 : ((2 * (1 - j / WAVES)) / j) ** 2)).reduce(
    (a, b) => a + b,
  );

function distance(kernels: Kernels, columns: number, round: Round) {
  const state = orbitals(columns);
  return rounding(round, () => {
    const density = coarse.filledDensity(kernels, densityGrid([state]), 1);
    density.add(state);
    return density.distance2({ kind: "frozen", lattice, atoms: [], coefficients: [] });
  });
}

// Seen red: ε left out, μ left out.
test("transforms as wrong as they may be: the density's distance is not smaller than it is", () => {
  const bound = distance(liar, 1, (x) => x);
  expect(bound).toBeGreaterThan(truth);
  expect(bound).toBeLessThan(truth * (1 + 1000 * u));
});

// Seen red: γ of the squares left out.
test("squares and their sum over orbitals, each operation rounded", () => {
  const columns = 400;
  const bound = distance(liar, columns, inwards);
  expect(bound).toBeGreaterThan(truth);
  expect(bound).toBeLessThan(truth * (1 + 10 * columns * u));
});
