import { expect, test } from "vitest";
import { newRealField, type RealField } from "../../src/kernels/fields.ts";
import { auto, gapOf, permittivityOf } from "../../src/precond/auto.ts";
import { ldos } from "../../src/precond/ldos.ts";
import type { Iterate } from "../../src/precond/preconditioner.ts";
import { close, closeArrays, largestDifference } from "../close.ts";
import { noise, preconditionerLaws, sampleIterate, testGrid, unevenStates } from "./laws.ts";

// Without a gap: the sample's levels lie 0.02 Ha apart around the Fermi level, which counts as one.
preconditionerLaws({ name: "auto", make: () => auto(), accuracy: 1e-2, isAtLeastOne: true });

const grid = testGrid([5, 7, 15]);
const apply = async (iterate: Iterate, f: RealField, preconditioner = auto()) => {
  const out = newRealField(f.length);
  await (await preconditioner.at(iterate))(out, f);
  return out;
};
const levels = (...blocks: number[][]) =>
  blocks.map((eigenvalues) => ({ weight: 1, eigenvalues: Float64Array.from(eigenvalues) }));

test("a gap is that over all k-points; a crossing, another count or closeness is none", () => {
  const gap = (...blocks: number[][]) => gapOf({ levels: levels(...blocks), nSpin: 1, fermiLevel: 0 });
  close(gap([-0.3, -0.02, 0.2], [-0.25, -0.05, 0.1])!, 0.12, 1e-15);
  close(gap([-0.3, 0, 0.2])!, 0.2, 1e-15); // without smearing the highest filled level is the Fermi level
  expect(gap([-0.3, -0.02, 0.2], [-0.25, 0.05, 0.1])).toBeUndefined();
  expect(gap([-0.3, -0.004, 0.004])).toBeUndefined();
  expect(gap([-0.3, -0.02])).toBeUndefined(); // nothing empty is known
  const spins = { levels: levels([-0.3, -0.1, 0.2], [-0.2, 0.1, 0.3]), nSpin: 2 as const, fermiLevel: 0 };
  close(gapOf(spins)!, 0.2, 1e-15); // spins may differ
});

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
});

test("without a gap it is ldos; with one it screens where electrons are and leaves the vacuum alone", async () => {
  const f = noise(grid.points, 1);
  const metal = {
    ...sampleIterate({ grid, nSpin: 1, states: unevenStates(grid, 1) }),
    levels: levels([-0.3, -0.1, 0.2], [-0.2, 0.1, 0.3]),
  };
  closeArrays(await apply(metal, f), await apply(metal, f, ldos()), 0);
  const solid = { ...metal, levels: levels([-0.3, -0.01, 0.03], [-0.2, -0.02, 0.1]) };
  const filled = newRealField(grid.points).fill(0.1) as RealField;
  const dense = await apply({ ...solid, density: async () => filled }, f);
  expect(largestDifference(dense, f).error).toBeGreaterThan(0.3);
  const empty = await apply({ ...solid, density: async () => newRealField(grid.points) }, f);
  closeArrays(empty, f, 1e-12);
});
