import { expect, test } from "vitest";
import { random } from "../../src/common/random.ts";
import { didYouMean, editDistance, nearest } from "../../src/common/text/nearest.ts";

test("edits are counted one each: insertion, deletion, replacement and swap of neighbours", () => {
  expect(editDistance("kerker", "kerker")).toBe(0);
  expect(editDistance("kerer", "kerker")).toBe(1);
  expect(editDistance("kerrker", "kerker")).toBe(1);
  expect(editDistance("kerkar", "kerker")).toBe(1);
  expect(editDistance("kreker", "kerker")).toBe(1);
  expect(editDistance("kitten", "sitting")).toBe(3);
  expect(editDistance("", "abc")).toBe(3);
});

test("the edit distance is symmetric and at most the number of random edits made", () => {
  const { uniform } = random(1);
  const pick = (n: number) => Math.floor(uniform() * n);
  for (let trial = 0; trial < 200; trial++) {
    const word = Array.from({ length: 3 + pick(8) }, () => "abcd"[pick(4)]!).join("");
    let edited = word;
    const edits = pick(4);
    for (let e = 0; e < edits; e++) {
      const at = pick(edited.length);
      edited = edited.slice(0, at) + ["", "x", `x${edited[at]}`][pick(3)]! + edited.slice(at + 1);
    }
    expect(editDistance(word, edited)).toBe(editDistance(edited, word));
    expect(editDistance(word, edited)).toBeLessThanOrEqual(edits);
    expect(editDistance(word, edited)).toBeGreaterThanOrEqual(Math.abs(word.length - edited.length));
  }
});

test("the nearest name is found whatever the case, and nothing is offered when nothing is near", () => {
  const names = ["simple", "kerker", "kerker-dos", "ldos"];
  expect(nearest("Kerkr", names)).toBe("kerker");
  expect(nearest("lods", names)).toBe("ldos");
  expect(nearest("H20", ["H2", "CO2", "H2O"])).toBe("H2O"); // one edit like H2, but of the same length
  expect(nearest("potential", names)).toBeUndefined();
  expect(didYouMean("simpel", names)).toBe(" (did you mean simple?)");
  expect(didYouMean("quantum", names)).toBe("");
});
