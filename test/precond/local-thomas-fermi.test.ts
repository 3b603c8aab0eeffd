import { expect, test } from "vitest";
import { asRealField, newRealField, type RealField } from "../../src/kernels/fields.ts";
import { kerker } from "../../src/precond/filters/kerker.ts";
import { ldos } from "../../src/precond/ldos.ts";
import { localThomasFermi, thomasFermiStates } from "../../src/precond/local-thomas-fermi.ts";
import { close, closeArrays, largestDifference } from "../close.ts";
import { at, noise, preconditionerLaws, sampleIterate, testGrid, unevenStates } from "./laws.ts";

preconditionerLaws({ name: "local-tf", make: () => localThomasFermi(), accuracy: 1e-2, isAtLeastOne: true });

const grid = testGrid([5, 7, 15]);
const { points } = grid;
const constant = (length: number, value: number) => asRealField(new Float64Array(length).fill(value));
const apply = async (f: RealField, density: RealField) => {
  const out = newRealField(f.length);
  const nSpin = f.length === points ? 1 : 2;
  (await at(localThomasFermi(), sampleIterate({ grid, nSpin, density })))(out, f);
  return out;
};

test("states are the derivative of the density of the homogeneous gas: ρ = (2μ)^{3/2}/(3π²)", () => {
  const density = (mu: number) => (2 * mu) ** 1.5 / (3 * Math.PI ** 2);
  for (const mu of [0.05, 0.4]) {
    const h = 1e-4 * mu;
    const slope = (density(mu + h) - density(mu - h)) / (2 * h);
    expect(slope).toBeGreaterThan(0.01);
    // The central difference errs by (h/μ)²/8 of its value.
    close(thomasFermiStates(constant(1, density(mu)), 1)[0]!, slope, 1e-8 * slope);
    close(thomasFermiStates(constant(2, density(mu) / 2), 2)[0]!, slope / 2, 1e-8 * slope);
  }
  expect(thomasFermiStates(constant(1, -1e-20), 1)[0]).toBe(0);
});

test("in a homogeneous gas is Kerker's with kTF² = 4(3ρ/π)^{1/3}", async () => {
  const rho = 0.03;
  const f = noise(points, 1);
  const limit = newRealField(points);
  const kTF = Math.sqrt(4 * Math.cbrt((3 * rho) / Math.PI));
  (await at(kerker({ kTF }), sampleIterate({ grid, nSpin: 1 })))(limit, f);
  expect(largestDifference(limit, f).error).toBeGreaterThan(0.1);
  closeArrays(await apply(f, constant(points, rho)), limit, 1e-12);
});

test("is ldos with the states of the Thomas-Fermi gas, for one spin and for two", async () => {
  for (const nSpin of [1, 2] as const) {
    const density = unevenStates(grid, nSpin);
    const f = noise(nSpin * points, 2);
    const same = newRealField(nSpin * points);
    (await at(ldos(), sampleIterate({ grid, nSpin, states: thomasFermiStates(density, nSpin) })))(same, f);
    expect(largestDifference(same, f).error).toBeGreaterThan(0.1);
    closeArrays(await apply(f, density), same, 0);
  }
});

test("two equal spins answer as one", async () => {
  const rho = unevenStates(grid, 1);
  const f = noise(points, 3);
  const both = (x: RealField) =>
    asRealField(Float64Array.from({ length: 2 * points }, (_, i) => x[i % points]! / 2));
  closeArrays(await apply(both(f), both(rho)), both(await apply(f, rho)), 1e-12);
});
