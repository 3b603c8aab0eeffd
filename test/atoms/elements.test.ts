import { expect, test } from "vitest";
import { atomicNumber, ELEMENTS, isElement } from "../../src/atoms/elements.ts";
import { GTH_LDA, GTH_PBE } from "../../src/atoms/gth/gth-table.generated.ts";

test("symbols have their atomic numbers", () => {
  expect(ELEMENTS.length).toBe(118);
  expect(new Set(ELEMENTS).size).toBe(118);
  // Noble gases close the periods.
  expect(["He", "Ne", "Ar", "Kr", "Xe", "Rn", "Og"].map(atomicNumber)).toEqual([2, 10, 18, 36, 54, 86, 118]);
  expect(["H", "Si", "Fe", "Ga", "Pt"].map(atomicNumber)).toEqual([1, 14, 26, 31, 78]);
});

test("the published potential tables, ordered by atomic number, have our order of elements", () => {
  for (const table of [GTH_LDA, GTH_PBE]) {
    const numbers = table.split("\n").map((line) => atomicNumber(line.split(" ")[0]!));
    expect(new Set(numbers).size).toBeGreaterThan(84);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  }
});

test("other words are no elements, and the message offers the nearest", () => {
  expect(isElement("SI")).toBe(false);
  expect(() => atomicNumber("SI")).toThrow(
    "element: a chemical symbol such as Si is expected, got SI (did you mean Si?)",
  );
});
