import { expect, test } from "vitest";
import { InputError } from "../../src/common/failure.ts";
import { asRealField, newRealField, type RealField, sumReal } from "../../src/kernels/fields.ts";
import { kerker } from "../../src/precond/filters/kerker.ts";
import { kerkerDos } from "../../src/precond/filters/kerker-dos.ts";
import { ldos } from "../../src/precond/ldos.ts";
import { closeArrays, largestDifference } from "../close.ts";
import { at, noise, preconditionerLaws, type Sample, sampleIterate, testGrid } from "./laws.ts";

preconditionerLaws({ name: "kerker-dos", make: () => kerkerDos(), isAtLeastOne: true });

const grid = testGrid([5, 7, 15]);
const { points } = grid;
const volume = grid.lattice.volume;

/** An iterate with one k-point whose only level near the Fermi level lies at it, for every spin of its own weight. */
const metal = (nSpin: 1 | 2, weights: readonly number[], states?: RealField): Sample => ({
  ...sampleIterate({ grid, nSpin, temperature: 1e-3, ...(states === undefined ? {} : { states }) }),
  levels: weights.map((weight) => ({ weight, eigenvalues: Float64Array.of(-9, 0, 9) })),
});
const apply = async (iterate: Sample, f: RealField, preconditioner = kerkerDos()) => {
  const out = newRealField(f.length);
  (await at(preconditioner, iterate))(out, f);
  return out;
};
/** 1/(T√π) at the width 0.05 Ha that a temperature of 1e-3 Ha asks for. */
const PEAK = 1 / (0.05 * Math.sqrt(Math.PI));

test("is Kerker's with kTF² = 4π D(ε_F)/Ω", async () => {
  const weight = 12;
  const f = noise(points, 1);
  const kTF = Math.sqrt((4 * Math.PI * 2 * weight * PEAK) / volume);
  expect(kTF).toBeGreaterThan(0.3);
  const out = await apply(metal(1, [weight]), f);
  expect(largestDifference(out, f).error).toBeGreaterThan(0.1);
  closeArrays(out, await apply(metal(1, [weight]), f, kerker({ kTF })), 1e-13);
});

test("with two spins is ldos of homogeneous states, each spin with its own", async () => {
  const weights = [20, 5];
  const states = newRealField(2 * points);
  weights.forEach((weight, spin) => {
    states.fill((weight * PEAK) / volume, spin * points, (spin + 1) * points);
  });
  const iterate = metal(2, weights, states);
  const f = noise(2 * points, 2);
  const out = await apply(iterate, f);
  const change = (spin: number) =>
    out.slice(spin * points, (spin + 1) * points).map((x, r) => x - f[spin * points + r]!);
  expect(Math.max(...change(0).map(Math.abs))).toBeGreaterThan(0.1);
  closeArrays(
    change(0),
    change(1).map((x) => 4 * x),
    1e-13,
    "the spins answer in the ratio of their states",
  );
  closeArrays(out, await apply(iterate, f, ldos()), 1e-12); // one step of conjugate gradients is exact here
});

test("changes neither the electron count nor the moment", async () => {
  const f = noise(2 * points, 3);
  f[0]! += 30;
  const out = await apply(metal(2, [20, 5]), f);
  for (const spin of [0, 1]) {
    const count = (x: RealField) => sumReal(asRealField(x.slice(spin * points, (spin + 1) * points)));
    expect(Math.abs(count(f))).toBeGreaterThan(1);
    expect(Math.abs(count(out) - count(f))).toBeLessThan(1e-12 * points);
  }
});

test("is the identity where no level is near, and without temperature", async () => {
  const f = noise(points, 4);
  const far = { ...metal(1, [1]), fermiLevel: 4 };
  closeArrays(await apply(far, f), f, 0);
  closeArrays(await apply({ ...metal(1, [1]), temperature: 0 }, f), f, 0);
  expect(largestDifference(await apply(metal(1, [1]), f), f).error).toBeGreaterThan(0.01);
});

test("refuses widths that are none", () => {
  expect(kerkerDos({ width: 0.1 }).name).toBe("kerker-dos(width=0.1)");
  for (const width of [0, -1, Number.NaN]) expect(() => kerkerDos({ width })).toThrow(InputError);
});
