import { expect, test } from "vitest";
import type { Model } from "../../src/model/model.ts";
import { electronsToHold, initialBands } from "../../src/scf/rules/bands.ts";

const model = (nSpin: 1 | 2, electrons: number, moments: number[]) =>
  ({
    nSpin,
    electrons,
    atoms: moments.map((magneticMoment) => ({ species: 0, position: [0, 0, 0], magneticMoment })),
  }) as unknown as Model;

test("the bands of one spin have room for the electrons of the majority, whichever it is", () => {
  expect(electronsToHold(model(2, 8, [4]))).toBe(6);
  expect(electronsToHold(model(2, 8, [-4]))).toBe(6);
  expect(electronsToHold(model(2, 16, [3, -3]))).toBe(8);
  expect(electronsToHold(model(2, 7, []))).toBe(3.5);
  expect(initialBands(electronsToHold(model(2, 8, [4])), 1, true, null).nConverge).toBeGreaterThan(6);
});

test("without a moment, and where spins share orbitals, there are as many bands as electrons need", () => {
  expect(electronsToHold(model(1, 8, [4]))).toBe(8);
  const shared = initialBands(electronsToHold(model(1, 60, [])), 2, true, null);
  expect(initialBands(electronsToHold(model(2, 60, [])), 1, true, null)).toEqual(shared);
});
