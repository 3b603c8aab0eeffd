import { expect, test } from "vitest";
import { random } from "../../../src/common/random.ts";
import type { BandEnclosure, NotCertified } from "../../../src/errors/certify/band-enclosure.ts";
import { certifyBands } from "../../../src/errors/certify/certify-bands.ts";
import { type Estimate, estimate } from "../../../src/errors/estimate.ts";
import { encloseProblem } from "../../../src/errors/problem/enclosed-hamiltonian.ts";
import { proposeBands } from "../../../src/errors/propose/propose-bands.ts";
import { wasmKernelsSync } from "../../../src/kernels/wasm/wasm.ts";
import { cohenBergstresserSilicon } from "../crystals.ts";

const kernels = wasmKernelsSync();
const problem = encloseProblem(cohenBergstresserSilicon);
const enclosures = (result: BandEnclosure[] | NotCertified): BandEnclosure[] => {
  if (!Array.isArray(result)) expect.fail(result.reason);
  return result;
};
const width = ({ lower, upper }: BandEnclosure): number => upper - lower;
const at = (cutoff: number) => proposeBands(kernels, problem, [0.1, 0.2, 0.3], 4, { cutoff });
const rough = at(9);
const noisy = (size: number) => {
  const source = random(5);
  const vectors = rough.trial.vectors.map((x) => x + size * source.normal());
  return enclosures(certifyBands(kernels, problem, { ...rough, trial: { ...rough.trial, vectors } }, 4));
};
const clean = enclosures(certifyBands(kernels, problem, rough, 4));

test("the parts are not negative and add up to the width", () => {
  for (const band of [...clean, ...noisy(1e-4)]) {
    const { discretisation, algorithmic, arithmetic } = band.parts;
    for (const part of [discretisation, algorithmic, arithmetic]) expect(part).toBeGreaterThanOrEqual(0);
    expect(Math.abs(discretisation + algorithmic + arithmetic - width(band))).toBeLessThan(
      1e-12 * (1 + width(band)),
    );
  }
});

// Broken once: the residual inside the trial space counted as discretisation.
test("converged vectors in a small basis: nearly all is discretisation", () => {
  for (const { parts, ...band } of clean) {
    expect(parts.discretisation).toBeGreaterThan(0.9 * width({ parts, ...band }));
    expect(parts.algorithmic).toBeLessThan(0.05 * width({ parts, ...band }));
  }
});

test("noise in the vectors is the solver's part: it grows as its square, and the basis' part stays what it was", () => {
  const [little, more] = [noisy(1e-4), noisy(1e-3)];
  clean.forEach(({ parts }, i) => {
    expect(more[i]!.parts.algorithmic).toBeGreaterThan(0.5 * width(more[i]!));
    expect(more[i]!.parts.algorithmic / little[i]!.parts.algorithmic).toBeGreaterThan(30);
    expect(more[i]!.parts.algorithmic / little[i]!.parts.algorithmic).toBeLessThan(300);
    expect(little[i]!.parts.discretisation / parts.discretisation).toBeGreaterThan(0.5);
    expect(little[i]!.parts.discretisation / parts.discretisation).toBeLessThan(2);
  });
});

test("a basis beyond need: what is left is rounding", () => {
  const far = enclosures(certifyBands(kernels, problem, at(40), 4));
  far.forEach(({ parts, ...band }, i) => {
    // plain numbers of norm 40 are good to some 1e-12 themselves: below, no split is meant
    expect(width({ parts, ...band })).toBeLessThan(1e-11);
    expect(parts.arithmetic).toBeGreaterThan(1e-13);
    expect(parts.discretisation).toBeLessThan(1e-3 * clean[i]!.parts.discretisation);
  });
});

test("an estimate is no enclosure, and none of its fields passes for one", () => {
  const value: Estimate = estimate(0.5);
  // @ts-expect-error: an estimate proves nothing
  const bound: BandEnclosure = value;
  expect(bound.kind).toBe("estimate");
});
