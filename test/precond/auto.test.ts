import { expect, test } from "vitest";
import { asRealField, newRealField, type RealField } from "../../src/kernels/fields.ts";
import { auto, permittivityOf } from "../../src/precond/auto.ts";
import { dielectric } from "../../src/precond/filters/dielectric.ts";
import { ldos } from "../../src/precond/ldos.ts";
import type { Iterate, Preconditioner } from "../../src/precond/preconditioner.ts";
import { closeArrays, largestDifference } from "../close.ts";
import {
  at,
  besideGap,
  energyNorm,
  noise,
  preconditionerLaws,
  type Sample,
  sampleIterate,
  statesFor,
  testGrid,
  unevenStates,
} from "./laws.ts";

/** A preconditioner that finds a metal beside a semiconductor, whatever it is shown. */
const atInterface = (mixing: Preconditioner): Preconditioner => {
  const there = (iterate: Iterate) => {
    const { grid, nSpin } = iterate;
    return besideGap({ ...sampleIterate({ grid, nSpin }), ...iterate }, 0.02);
  };
  return {
    name: mixing.name,
    at: (iterate) => mixing.at(there(iterate), statesFor(mixing, there(iterate))),
    transposedAt: (iterate) => mixing.transposedAt!(there(iterate), statesFor(mixing, there(iterate))),
  };
};
preconditionerLaws({ name: "auto in a metal", make: auto, accuracy: 1e-2, isAtLeastOne: true });
preconditionerLaws({
  name: "auto at an interface",
  make: () => atInterface(auto()),
  accuracy: 1e-2,
  isAtLeastOne: true,
});

const grid = testGrid([5, 7, 15]);
const apply = async (iterate: Sample, f: RealField, preconditioner = auto()) => {
  const out = newRealField(f.length);
  await (await at(preconditioner, iterate))(out, f);
  return out;
};

test("the permittivity falls with the gap: Moss's rule within the known to a factor of two", () => {
  for (const [gap, known] of [
    [0.018, 11.7],
    [0.04, 11],
    [0.21, 2.4],
    [0.28, 2.3],
  ] as const) {
    // biome-ignore format: Si, GaAs, quartz, LiF
    const found = permittivityOf(gap);
    expect(found / known).toBeLessThan(2);
    expect(found / known).toBeGreaterThan(0.5);
  }
  expect(permittivityOf(0)).toBe(14);
});

test("in a metal it is ldos to the last digit", async () => {
  for (const nSpin of [1, 2] as const) {
    const f = noise(nSpin * grid.points, 1);
    const metal = sampleIterate({ grid, nSpin, states: unevenStates(grid, nSpin) });
    const found = await apply(metal, f);
    expect(largestDifference(found, f).error).toBeGreaterThan(0.1);
    closeArrays(found, await apply(metal, f, ldos()), 0);
  }
});

test("without states near the Fermi level charges are bound where the electrons are; the vacuum is left alone", async () => {
  const f = noise(grid.points, 1);
  const solid = newRealField(grid.points).fill(10) as RealField; // so dense that L = 1
  for (const temperature of [0, 0.01]) {
    const iterate = sampleIterate({ grid, nSpin: 1, temperature, density: solid });
    // The sample's levels leave a gap of 0.02 Ha; through windows nothing is seen that could tell it.
    const epsilonR = temperature === 0 ? permittivityOf(0.02) : 14;
    const expected = await apply(iterate, f, dielectric({ epsilonR, kTF: 0.8 }));
    const found = await apply(iterate, f);
    expect(largestDifference(found, f).error).toBeGreaterThan(0.1);
    closeArrays(found, expected, 1e-3);
    const empty = sampleIterate({ grid, nSpin: 1, temperature, density: newRealField(grid.points) });
    closeArrays(await apply(empty, f), f, 1e-12);
  }
});

test("beside a metal, a semiconductor's long waves are screened by its permittivity and not by states beyond its gap", async () => {
  // A gap much narrower than the window of ldos, in most of a long cell.
  const long = testGrid([4, 4, 60], [[5, 0, 0], [0, 5, 0], [0, 0, 120]]); // biome-ignore format: a matrix
  const iterate = besideGap(
    sampleIterate({ grid: long, nSpin: 1, density: newRealField(long.points).fill(0.03) as RealField }),
    0.01,
  );
  const wave = asRealField(
    newRealField(long.points).map((_, r) => {
      const z = Math.floor(r / 16) / 60;
      return z > 0.6 && z < 0.9 ? Math.sin((2 * Math.PI * (z - 0.6)) / 0.3) : 0;
    }),
  );
  const kept = async (mixing: Preconditioner) =>
    energyNorm(long, await apply(iterate, wave, mixing)) / energyNorm(long, wave);
  // One wave of 36 bohr: G = 0.17, ε = 14 leaves 0.098 of it; free charges of the window's D leave 0.05.
  expect(await kept(auto())).toBeGreaterThan(1.3 * (await kept(ldos())));
});
