import { expect, test } from "vitest";
import { guessWidth } from "../../src/atoms/density-guess.ts";
import { atomicNumber, ELEMENTS } from "../../src/atoms/elements.ts";
import { GTH_FAMILIES, gthCharges } from "../../src/atoms/gth/gth-table.ts";

test.each([
  ["Al", 3, 1.25],
  ["Ga", 3, 1.15],
  ["As", 5, 1],
  ["Si", 4, 1.1],
  ["O", 6, 0.5],
  ["H", 1, 0.6],
])("%s with %i valence electrons starts with the width ABINIT takes", (element, valence, width) => {
  expect(guessWidth(atomicNumber(element) - valence, valence)).toBe(width);
});

test("every shipped potential has a sensible width, and filling a shell never widens the atom", () => {
  for (const family of GTH_FAMILIES)
    for (const element of ELEMENTS)
      for (const charge of gthCharges(element, family)) {
        const width = guessWidth(atomicNumber(element) - charge, charge);
        expect(width).toBeGreaterThanOrEqual(0.2);
        expect(width).toBeLessThanOrEqual(2);
      }
  for (const core of [0, 2, 10, 12, 18, 28, 36, 46, 54, 68, 78])
    for (let valence = 1; valence < 30; valence++)
      expect(guessWidth(core, valence + 1)).toBeLessThanOrEqual(guessWidth(core, valence));
});

test("an atom without valence electrons has no density", () => {
  expect(guessWidth(10, 0)).toBe(0);
});
