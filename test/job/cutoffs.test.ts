import { expect, test } from "vitest";
import { findGth } from "../../src/atoms/gth/gth-table.ts";
import { cutoffWarnings } from "../../src/job/prepare/cutoffs.ts";

const species = (...elements: string[]) => ({
  species: elements.map((element) => ({ element, pseudopotential: findGth(element, "gth-lda") })),
});
const at = (ecut: number, ...elements: string[]) =>
  cutoffWarnings({ ecut, pseudopotentials: "gth-lda" }, species(...elements));

test("a cutoff that is low for one of the elements is warned of by the name of its entry", () => {
  expect(at(200, "Cu", "O", "Al")).toEqual([]);
  expect(at(20, "Cu", "Al")).toEqual([
    expect.stringMatching(/^ecut: 20 Ha is low for Cu gth-lda-q11, .* below \d+ Ha; \d+ Ha is suggested$/),
  ]);
  expect(at(20, "O", "Cu").length).toBe(2);
});

test("a cutoff that holds nothing of an atom is refused", () => {
  expect(() => at(0.9, "Cu")).toThrow(
    /^ecut: must be at least [\d.]+ Ha with Cu gth-lda-q11, got 0.9; \d+ Ha is suggested$/,
  );
  expect(() => at(1, "Al", "Si")).not.toThrow();
});
