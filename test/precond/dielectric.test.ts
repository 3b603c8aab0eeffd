import { expect, test } from "vitest";
import { InputError } from "../../src/common/failure.ts";
import { newRealField, type RealField } from "../../src/kernels/fields.ts";
import { dielectric } from "../../src/precond/filters/dielectric.ts";
import { kerker } from "../../src/precond/filters/kerker.ts";
import type { Preconditioner } from "../../src/precond/preconditioner.ts";
import { close, closeArrays, largestDifference } from "../close.ts";
import { at, noise, preconditionerLaws, sampleIterate, testGrid } from "./laws.ts";

preconditionerLaws({ name: "dielectric", make: () => dielectric(), isSelfAdjoint: true, isAtLeastOne: true });

const grid = testGrid([5, 7, 15]);
const { points } = grid;
const apply = async (preconditioner: Preconditioner, f: RealField): Promise<RealField> => {
  const out = newRealField(f.length);
  (await at(preconditioner, sampleIterate({ grid, nSpin: f.length === points ? 1 : 2 })))(out, f);
  return out;
};

test("of permittivity 1 is the identity", async () => {
  const f = noise(points, 1);
  closeArrays(await apply(dielectric({ epsilonR: 1 }), f), f, 1e-14 * points);
  expect(largestDifference(await apply(dielectric({ epsilonR: 1.5 }), f), f).error).toBeGreaterThan(0.05);
});

test("of huge permittivity is Kerker's", async () => {
  const f = noise(points, 2);
  const limit = await apply(kerker({ kTF: 1.1 }), f);
  expect(largestDifference(limit, f).error).toBeGreaterThan(0.1);
  // They differ by about kTF²/(εr |G|²), 4 at the longest wave here.
  closeArrays(await apply(dielectric({ epsilonR: 1e12, kTF: 1.1 }), f), limit, 1e-10);
  expect(
    largestDifference(await apply(dielectric({ epsilonR: 10, kTF: 1.1 }), f), limit).error,
  ).toBeGreaterThan(1e-3);
});

test("divides long waves by the permittivity and leaves short ones alone", async () => {
  const wave = async (length: number) => {
    const long = testGrid([2, 2, 9], [[4, 0, 0], [0, 4, 0], [0, 0, length]]); // biome-ignore format: a matrix
    const f = newRealField(long.points).map((_, r) =>
      Math.cos((2 * Math.PI * Math.floor(r / 4)) / 9),
    ) as RealField;
    const out = newRealField(long.points);
    (await at(dielectric({ epsilonR: 14 }), sampleIterate({ grid: long, nSpin: 1 })))(out, f);
    return out[0]! / f[0]!;
  };
  // 1/14 up to 13·|G|²/(14·kTF²) with |G| = 2π/length.
  close(await wave(10_000), 1 / 14, 1e-6);
  close(await wave(0.1), 1, 1e-3);
});

test("leaves a magnetisation alone", async () => {
  const f = noise(2 * points, 3);
  const magnetisation = (x: RealField) => x.slice(0, points).map((v, r) => v - x[points + r]!);
  const out = await apply(dielectric(), f);
  expect(largestDifference(out, f).error).toBeGreaterThan(0.05);
  closeArrays(magnetisation(out), magnetisation(f), 1e-13);
});

test("shows its parameters and refuses what is no dielectric", () => {
  expect(dielectric().name).toBe("dielectric(epsilonR=10, kTF=0.8)");
  for (const epsilonR of [0.9, 0, -3, Number.NaN, Number.POSITIVE_INFINITY])
    expect(() => dielectric({ epsilonR })).toThrow(InputError);
  for (const kTF of [0, -1, Number.NaN]) expect(() => dielectric({ kTF })).toThrow(`got ${kTF}`);
});
