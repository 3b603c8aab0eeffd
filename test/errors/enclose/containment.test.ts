import { expect, test } from "vitest";
import { example, mustContainAll, randomPoints, SPECIAL } from "./contained.ts";

test("Cohen-Bergstresser silicon at special and random k: levels of a basis ten times larger lie in the intervals", async () => {
  const widths = await mustContainAll({
    job: example("cohen-bergstresser", { ecut: 4 }),
    kpoints: [...SPECIAL, ...randomPoints(1, 1)],
    bands: 8,
    far: [28, 34],
    rounding: 1e-11, // of eigenvalues of norm 34 with residuals of 1e-7
  });
  expect(widths.length).toBe(48);
  expect(widths.at(-1)!).toBeLessThan(1e-4);
});
