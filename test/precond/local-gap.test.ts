import { describe, expect, test } from "vitest";
import { asRealField, newRealField, type RealField } from "../../src/kernels/fields.ts";
import { erfc } from "../../src/model/erfc.ts";
import { gapFromWindows, localGap, localGapWindows } from "../../src/precond/local-gap.ts";
import { close } from "../close.ts";
import { besideGap, sampleIterate, testGrid, unevenStates } from "./laws.ts";

const BOX = [[6, 0, 0], [0, 5, 0], [0, 0, 60]] as const; // biome-ignore format: a matrix
const grid = testGrid([5, 4, 50], BOX as never);
const along = (f: RealField, z: number): number => f[20 * Math.round(50 * z)]!;

describe("the local gap", () => {
  test("is none in a metal beside a vacuum", async () => {
    const { insulating } = (await localGap(
      sampleIterate({ grid, nSpin: 1, states: unevenStates(grid, 1) }),
    ))!;
    expect(Math.max(...insulating)).toBeLessThan(1e-3); // where the density fades out
  });

  test("without states is everywhere where there is matter, and L stays between 0 and 1", async () => {
    const half = asRealField(newRealField(grid.points).map((_, r) => (Math.floor(r / 20) < 25 ? 0.03 : 0)));
    const { insulating, gap } = (await localGap(sampleIterate({ grid, nSpin: 1, density: half })))!;
    expect(along(insulating, 0.25)).toBeGreaterThan(0.95);
    expect(along(insulating, 0.75)).toBeLessThan(1e-6);
    expect(Math.min(...insulating)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...insulating)).toBeLessThanOrEqual(1);
    expect(gap).toBe(0); // nothing was seen that could tell: the largest permittivity
  });

  test("at an interface L is 0 in the metal and nearly 1 in the semiconductor, and the gap is that one's", async () => {
    for (const nSpin of [1, 2] as const)
      for (const half of [0.01, 0.1]) {
        const iterate = besideGap(sampleIterate({ grid, nSpin, density: even(nSpin) }), half);
        const { insulating, gap, states } = (await localGap(iterate))!;
        expect(along(insulating, 0.25)).toBe(0);
        expect(along(insulating, 0.75)).toBeGreaterThan(0.95);
        expect(Math.min(...insulating)).toBe(0);
        expect(Math.max(...insulating)).toBeLessThanOrEqual(1);
        // The blurred edge lends the insulator some of the metal's states.
        if (half > 0.05) close(gap / (2 * half), 1, 0.15);
        expect(gap).toBeLessThan(2 * half);
        expect(states).toHaveLength(nSpin * grid.points);
      }
  });

  test("has no window without a temperature", async () => {
    const cold = sampleIterate({ grid, nSpin: 1, temperature: 0 });
    expect(localGapWindows(cold)).toEqual([]);
    expect(await localGap(cold)).toBeUndefined();
  });

  test("the width of a gap from what two windows see of it", () => {
    for (const x of [0.01, 0.05, 0.1])
      close(gapFromWindows(erfc(x / 0.05) / erfc(x / 0.2), 0.05), 2 * x, 1e-9);
    expect(gapFromWindows(1.1, 0.05)).toBe(0);
    expect(gapFromWindows(Number.NaN, 0.05)).toBe(0);
    close(gapFromWindows(0, 0.05), 0.4, 1e-12);
  });
});

function even(nSpin: 1 | 2): RealField {
  return newRealField(nSpin * grid.points).fill(0.03 / nSpin) as RealField;
}
