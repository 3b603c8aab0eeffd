import { describe, expect, test } from "vitest";
import { erfc } from "../../src/common/special/erfc.ts";
import { asRealField, newRealField, type RealField } from "../../src/kernels/fields.ts";
import { gapFromWindows, localGap as gapOfStates, localGapWindows } from "../../src/precond/local-gap.ts";
import { thomasFermiStates } from "../../src/precond/local-thomas-fermi.ts";
import { type ResponseSpace, responseSpace } from "../../src/precond/response-space.ts";
import { close, closeArrays, notTiny } from "../close.ts";
import { besideGap, type Sample, sampleIterate, testGrid, unevenStates } from "./laws.ts";

const BOX = [[6, 0, 0], [0, 5, 0], [0, 0, 60]] as const; // biome-ignore format: a matrix
const grid = testGrid([5, 4, 50], BOX as never);
const space = responseSpace(grid);
/** With the local densities of states it needs. */
const localGap = (sample: Sample, on: ResponseSpace) =>
  gapOfStates(sample, localGapWindows(sample).map(sample.localDensityOfStates), on);
const along = (f: RealField, z: number): number => f[20 * Math.round(50 * z)]!;

describe("the local gap", () => {
  test("is none in a metal beside a vacuum", async () => {
    const metal = sampleIterate({ grid, nSpin: 1, states: unevenStates(grid, 1) });
    expect((await localGap(metal, space))!.insulator).toBeUndefined();
  });

  test("without states is everywhere in material, and L stays between 0 and 1", async () => {
    const half = asRealField(newRealField(grid.points).map((_, r) => (Math.floor(r / 20) < 25 ? 0.03 : 0)));
    const { localisation, gap } = (await localGap(sampleIterate({ grid, nSpin: 1, density: half }), space))!
      .insulator!;
    expect(along(localisation, 0.25)).toBeGreaterThan(0.95);
    expect(along(localisation, 0.75)).toBeLessThan(1e-6);
    expect(Math.min(...localisation)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...localisation)).toBeLessThanOrEqual(1);
    expect(gap).toBe(0); // nothing was seen that could tell: the largest permittivity
  });

  test("at an interface L is 0 in the metal and nearly 1 in the semiconductor, and the gap is that one's", async () => {
    for (const nSpin of [1, 2] as const)
      for (const half of [0.01, 0.1]) {
        const iterate = besideGap(sampleIterate({ grid, nSpin, density: even(nSpin) }), half);
        const { states, insulator } = (await localGap(iterate, space))!;
        const { localisation, gap } = insulator!;
        expect(along(localisation, 0.25)).toBe(0);
        expect(along(localisation, 0.75)).toBeGreaterThan(0.95);
        expect(Math.min(...localisation)).toBe(0);
        expect(Math.max(...localisation)).toBeLessThanOrEqual(1);
        // The blurred edge lends the insulator some of the metal's states.
        if (half > 0.05) close(gap / (2 * half), 1, 0.15);
        expect(gap).toBeLessThan(2 * half);
        expect(states).toHaveLength(nSpin * grid.points);
      }
  });

  test("on a grid finer than the response is what averages over the whole cube of waves give", async () => {
    const fine = testGrid([15, 12, 150], BOX as never);
    const { points, normG2 } = fine;
    expect(responseSpace(fine).coarse.points).toBeLessThan(points / 2);
    const wavy = newRealField(points).map((_, r) => 0.03 * (1 + 0.5 * Math.sin(r))) as RealField;
    const uneven = besideGap(sampleIterate({ grid: fine, nSpin: 1, density: wavy }), 0.03);
    const iterate: Sample = {
      ...uneven,
      localDensityOfStates: (window) =>
        uneven.localDensityOfStates(window).map((d, r) => d * (1 + 0.5 * Math.cos(r))) as RealField,
    };
    const averaged = (f: RealField, width: number): RealField => {
      const c = fine.toFourier(f);
      return fine.toReal(c.map((x, i) => x * Math.exp(-0.5 * normG2[i >> 1]! * width ** 2)) as typeof c);
    };
    const [own, narrow] = localGapWindows(iterate).map((window) =>
      averaged(iterate.localDensityOfStates(window), 2.5),
    );
    const gas = thomasFermiStates(averaged(wavy, 2.5), 1);
    const expected = averaged(wavy, 1.5).map((rho, r) => {
      const q = narrow![r]! / (own![r]! + 0.05 * gas[r]!);
      return (rho ** 2 / (rho ** 2 + 0.005 ** 2)) * Math.min(1, Math.max(0, (0.5 - q) / 0.2));
    });
    notTiny(expected, 0.1);
    closeArrays((await localGap(iterate, responseSpace(fine)))!.insulator!.localisation, expected, 1e-9);
  });

  test("has no window without a temperature", async () => {
    const cold = sampleIterate({ grid, nSpin: 1, temperature: 0 });
    expect(localGapWindows(cold)).toEqual([]);
    expect(await localGap(cold, space)).toBeUndefined();
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
