import { describe, expect, test } from "vitest";
import { initialBands, nextBands } from "../../src/scf/rules/bands.ts";
import { eigenTolerance } from "../../src/scf/rules/eigen-tolerance.ts";
import type { HistoryRow } from "../../src/scf/state.ts";
import type { Occupation } from "../../src/state/occupation.ts";
import { close } from "../close.ts";

const occupied = (...occupations: number[][]): Occupation => ({
  fermiLevel: 0,
  occupations: occupations.map((f) => Float64Array.from(f)),
  entropyEnergy: 0,
  warnings: [],
});

describe("initialBands", () => {
  test("without smearing holds the filled bands and three more", () => {
    expect(initialBands(8, 2, false, null)).toEqual({ nBands: 7, nConverge: 4 });
    expect(initialBands(8, 1, false, null)).toEqual({ nBands: 11, nConverge: 8 });
  });

  test("with smearing needs 5 % more than the filled bands and holds 20 % more", () => {
    for (const [electrons, filled] of [
      [60, 30],
      [3, 2],
      [200, 100],
    ] as const) {
      const { nBands, nConverge } = initialBands(electrons, 2, true, null);
      expect(nConverge).toBeGreaterThanOrEqual(1.05 * filled);
      expect(nConverge).toBeLessThan(1.05 * filled + 1);
      expect(nBands).toBeGreaterThanOrEqual(1.2 * filled);
      expect(nBands).toBeGreaterThanOrEqual(nConverge + 3);
    }
  });

  test("takes the number that was chosen, and never wants more of them converged than there are", () => {
    expect(initialBands(8, 2, false, 12)).toEqual({ nBands: 12, nConverge: 4 });
    expect(initialBands(8, 2, false, 4)).toEqual({ nBands: 4, nConverge: 4 });
    expect(initialBands(60, 2, true, 31)).toEqual({ nBands: 31, nConverge: 31 });
  });
});

describe("nextBands", () => {
  const counts = { nBands: 6, nConverge: 3 };

  test("wants every occupied band converged, at whatever k it is, and three more held", () => {
    expect(nextBands(counts, occupied([2, 2, 0, 0, 0, 0], [2, 2, 1e-3, 1e-5, 0, 0]), false)).toEqual({
      nBands: 7,
      nConverge: 4,
    });
    expect(nextBands(counts, occupied([2, 2, 1, 0.5, 0.1, 1e-4]), false)).toEqual({
      nBands: 9,
      nConverge: 6,
    });
  });

  test("keeps its numbers where nothing new is occupied: they never fall", () => {
    expect(nextBands(counts, occupied([2, 0, 0, 0, 0, 0]), false)).toEqual(counts);
    expect(nextBands(counts, occupied([2, 2, 2, 1e-7, 0, 0]), false)).toEqual(counts);
  });

  test("counts negative occupations too", () => {
    expect(nextBands(counts, occupied([2, 2, 1, -1e-3, 0, 0]), false).nConverge).toBe(4);
  });

  test("leaves a chosen number of bands as it is", () => {
    expect(nextBands(counts, occupied([2, 2, 1, 1, 1, 1]), true)).toEqual({ nBands: 6, nConverge: 6 });
    expect(nextBands({ nBands: 4, nConverge: 3 }, occupied([2, 2, 1, 1]), true)).toEqual({
      nBands: 4,
      nConverge: 4,
    });
  });
});

test("the eigensolver's tolerance is 0.025, then 3 % of the smallest density residual so far within [100·2⁻⁵², 0.005]", () => {
  const history = (...residuals: number[]): HistoryRow[] =>
    residuals.map((densityResidual, i) => ({ step: i + 1, energy: 0, densityResidual, damping: 1, seconds: 0, hamiltonianApplications: 0 })); // biome-ignore format: one row
  expect(eigenTolerance([])).toBe(0.025);
  expect(eigenTolerance(history(10))).toBe(5e-3);
  close(eigenTolerance(history(1e-2)), 3e-4, 1e-18);
  close(eigenTolerance(history(1, 1e-3, 1e-1)), 3e-5, 1e-19);
  expect(eigenTolerance(history(0))).toBe(100 * 2 ** -52);
  // a step that P⁻¹ and α leave short, and one before it that was shorter still
  close(eigenTolerance(history(1e-2), [], 1e-4), 5e-6, 1e-20);
  close(eigenTolerance(history(1e-2), [], 1e-4, 4e-6), 4e-6, 1e-20);
  // more than 7.5 electrons in the norm of f w: 30² = 225 levels of two
  const full = [new Float64Array(100).fill(2), new Float64Array(125).fill(2)];
  close(eigenTolerance(history(1e-2), full), 7.5e-5, 1e-18);
  close(eigenTolerance(history(1e-2), full, 1e-4), 1.25e-6, 1e-20);
  close(eigenTolerance(history(1e-2), [new Float64Array(9).fill(2)]), 3e-4, 1e-18);
});
