import { describe, expect, test } from "vitest";
import { type SmearingName, smearing } from "../../src/model/smearing.ts";
import { type OccupationLaw, occupationQuotient, occupationSlope } from "../../src/state/occupation-law.ts";
import { close } from "../close.ts";

const NAMES: readonly SmearingName[] = [
  "fermi-dirac",
  "gaussian",
  "methfessel-paxton-1",
  "marzari-vanderbilt",
];
const T = 0.01;
const law = (name: SmearingName): OccupationLaw => ({
  smearing: name,
  temperature: T,
  fermiLevel: 0.3,
  fMax: 2,
});

/** Electrons in a level. */
const occupation = (name: SmearingName, e: number) => 2 * smearing(name).occupation((e - 0.3) / T);
const quotient = (name: SmearingName, a: number, b: number) =>
  occupationQuotient(law(name), a, occupation(name, a), b, occupation(name, b));

describe.each(NAMES)("the divided difference of %s occupations", (name) => {
  test("is the quotient of levels far apart, in either order", () => {
    const expected = (occupation(name, 0.31) - occupation(name, 0.295)) / 0.015;
    expect(expected).toBeLessThan(-1);
    close(quotient(name, 0.31, 0.295), expected, 1e-11);
    close(quotient(name, 0.295, 0.31), expected, 1e-12);
  });

  test("of levels near each other has the digits that subtraction loses, up to where it takes over", () => {
    for (const centre of [0.285, 0.3, 0.307])
      for (const distance of [0, 1e-13, 1e-8, 0.9e-5, 1.1e-5] as const) {
        const [a, b] = [centre - distance / 2, centre + distance / 2];
        // mean of the slope between a and b: Gauss-Legendre with three points, error (Δ/T)⁶
        const mean = [-Math.sqrt(0.6), 0, Math.sqrt(0.6)].reduce(
          (sum, x, i) => sum + ([5, 8, 5][i]! / 18) * occupationSlope(law(name), centre + (x * distance) / 2),
          0,
        );
        expect(Math.abs(mean)).toBeGreaterThan(1);
        // f ≈ 1 is known to 1e-16, so its difference over the least distance subtracted to 2e-16/1e-5.
        close(quotient(name, a, b), mean, 1e-10, `${centre} ± ${distance / 2}`);
      }
  });

  test("at one level is the derivative", () => {
    const h = 1e-5;
    for (const e of [0.28, 0.3, 0.312]) {
      const near = 8 * (occupation(name, e + h) - occupation(name, e - h));
      const far = occupation(name, e + 2 * h) - occupation(name, e - 2 * h);
      const slope = occupationSlope(law(name), e);
      expect(Math.abs(slope)).toBeGreaterThan(1);
      close(slope, (near - far) / (12 * h), 1e-8);
    }
  });
});

test("whole bands respond to one another across the gap only", () => {
  const whole: OccupationLaw = { smearing: "none", temperature: 0, fermiLevel: 0.2, fMax: 2 };
  expect(occupationSlope(whole, 0.2)).toBe(0);
  expect(occupationQuotient(whole, 0.1, 2, 0.15, 2)).toBe(0);
  expect(occupationQuotient(whole, 0.1, 2, 0.1, 2)).toBe(0);
  close(occupationQuotient(whole, 0.2, 2, 0.3, 0), -20, 1e-12);
});
