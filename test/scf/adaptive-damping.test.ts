import { describe, expect, test } from "vitest";
import { InputError } from "../../src/common/failure.ts";
import { simple } from "../../src/precond/filters/simple.ts";
import {
  clampProposal,
  dampingLimits,
  nextTrial,
  parabola,
  shorterDamping,
  type Trial,
} from "../../src/scf/methods/adaptive-damping.ts";
import { potentialMixing } from "../../src/scf/methods/potential-mixing.ts";
import { close } from "../close.ts";

const limits = dampingLimits(0.2, 3);

test("limits follow from the smallest α that a search begins with", () => {
  expect(limits).toEqual({ least: 0.05, most: 1, leastTrial: 0.2, first: 0.8, maxTries: 3 });
  const bold = dampingLimits(0.9, 1);
  close(bold.most, 1.125, 1e-15);
  expect(bold.first).toBe(0.9);
});

describe("clampProposal", () => {
  test.each([
    [0.2, 0.5, 0.19],
    [0.2, 0.01, 0.05],
    [-0.2, -0.5, -0.1],
    [0.2, -1e-3, 0.05],
    [0.2, -0.5, -0.1],
    [1, 0.6, 0.6],
  ])("after α = %f makes %f into %f", (damping, proposal, expected) => {
    close(clampProposal(proposal, damping, limits), expected, 1e-15);
  });

  test("always shortens, as long as there is room above the smallest step", () => {
    for (const damping of [1, 0.5, 0.1, -0.4])
      for (const proposal of [-3, -0.3, -1e-4, 0, 1e-4, 0.3, 3])
        expect(Math.abs(clampProposal(proposal, damping, limits))).toBeLessThan(Math.abs(damping));
  });
});

/** A try at α on the energy s α + ½ c α² + t α³ with the slopes that belong to it. */
const tried = (damping: number, s: number, c: number, t = 0): Trial => ({
  damping,
  rise: s * damping + 0.5 * c * damping ** 2 + t * damping ** 3,
  slopeBefore: s * damping,
  slopeAfter: (s + c * damping + 3 * t * damping ** 2) * damping,
});

describe("the parabola through a try", () => {
  test("is exact for one, whatever α was tried", () => {
    for (const damping of [0.7, 0.1, -0.3]) {
      const { lowest, error } = parabola(tried(damping, -2, 5));
      close(lowest!, 0.4, 1e-14);
      close(error, 0, 1e-14);
    }
  });

  test("is not believed where it is concave, or where the energy is something else", () => {
    expect(parabola(tried(0.5, -1, -1)).lowest).toBeUndefined();
    const far = parabola(tried(1, -1, 1, 4));
    expect(far.error).toBeGreaterThan(0.1);
    expect(far.lowest).toBeUndefined();
  });

  test("uphill at the start it must be better still: a twentieth of the energy is too much there and enough downhill", () => {
    const [up, down] = [tried(1, 1, 1), tried(1, -3, 1)];
    const off = ({ rise, ...rest }: Trial): Trial => ({ ...rest, rise: rise * 1.05 });
    expect(parabola(off(up)).lowest).toBeUndefined();
    expect(parabola(up).lowest).toBeDefined();
    close(parabola(off(down)).lowest!, 3, 1e-14);
  });
});

test("after a rejected try the parabola decides, and without one a half or, when the energy is far off, a fourth", () => {
  close(shorterDamping(tried(0.8, -2, 10), limits), 0.2, 1e-14);
  close(shorterDamping({ ...tried(0.8, -2, -1), rise: 1 }, limits), 0.4, 1e-14);
  close(shorterDamping({ damping: 0.8, rise: 1e-3, slopeBefore: 1, slopeAfter: 1 }, limits), 0.2, 1e-14);
});

test("the next search begins with what served, and beyond it when the first try told of more", () => {
  close(nextTrial(tried(0.5, -2, 2.5), 1, limits), 0.88, 1e-14);
  close(nextTrial(tried(0.5, -2, 2.5), 2, limits), 0.5, 1e-14);
  close(nextTrial(tried(0.5, -2, 8), 1, limits), 0.5, 1e-14);
  close(nextTrial(tried(-0.05, -2, 8), 1, limits), 0.275, 1e-14);
  close(nextTrial(tried(-0.05, -2, 8), 3, limits), 0.2, 1e-14);
  close(nextTrial(tried(1, -2, 1), 1, limits), 1, 1e-14);
});

test("options out of range are refused by name", () => {
  const preconditioner = simple();
  for (const minDamping of [0, 1.1, Number.NaN])
    expect(() => potentialMixing({ preconditioner, minDamping })).toThrow(
      /^potentialMixing.minDamping: must be .* got/,
    );
  expect(() => potentialMixing({ preconditioner, maxTries: 0 })).toThrow(
    /^potentialMixing.maxTries: must be a positive number/,
  );
  expect(() => potentialMixing({ preconditioner, depth: -1 })).toThrow(InputError);
});
