import { expect, test } from "vitest";
import { ELEMENTS } from "../../src/atoms/elements.ts";
import { gthCutoffs } from "../../src/atoms/gth/gth-cutoffs.ts";
import { findGth, GTH_FAMILIES, gthCharges } from "../../src/atoms/gth/gth-table.ts";
import { suggestedCutoff } from "../../src/job/new-job.ts";

const ALL = GTH_FAMILIES.flatMap((family) =>
  ELEMENTS.flatMap((element) =>
    gthCharges(element, family).map((charge) => findGth(element, `${family}-q${charge}`)),
  ),
);

test("every shipped entry has a suggested cutoff, above the low one", () => {
  expect(ALL.length).toBeGreaterThan(200);
  for (const p of ALL) {
    const { suggested, low } = gthCutoffs(p)!;
    expect(low).toBeGreaterThanOrEqual(1);
    expect(suggested).toBeGreaterThan(low);
    expect(suggested % 5).toBe(0);
  }
});

test("within a family sharper Gaussians ask for more: fluorine more than oxygen, nitrogen, carbon", () => {
  for (const family of GTH_FAMILIES) {
    const cutoffs = ["C", "N", "O", "F"].map((element) => suggestedCutoff([element], family));
    expect([...cutoffs].sort((a, b) => a - b)).toEqual(cutoffs);
    expect(suggestedCutoff(["C", "F", "O"], family)).toBe(cutoffs[3]);
  }
});

test("a potential of one's own under a shipped name has none", () => {
  const shipped = findGth("Si", "gth-lda");
  expect(gthCutoffs(shipped)).toBeDefined();
  expect(gthCutoffs({ ...shipped, rloc: 0.43 })).toBeUndefined();
  expect(gthCutoffs({ ...shipped, name: "mine" })).toBeUndefined();
});
