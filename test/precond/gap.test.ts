import { expect, test } from "vitest";
import { gapOf, middleOfGap } from "../../src/precond/gap.ts";
import type { IterateLevels } from "../../src/precond/preconditioner.ts";
import { close } from "../close.ts";

const levels = (...blocks: number[][]) =>
  blocks.map((eigenvalues) => ({ weight: 1, eigenvalues: Float64Array.from(eigenvalues) }));
const at = (fermiLevel: number, ...blocks: number[][]): IterateLevels => ({
  levels: levels(...blocks),
  nSpin: 1,
  fermiLevel,
  temperature: 0.001,
  fMax: 2,
});

test("a gap is that over all k-points; a crossing, another count or closeness is none", () => {
  expect(gapOf(at(0, [-0.3, -0.02, 0.2], [-0.25, -0.05, 0.1]))).toEqual({ filled: -0.02, empty: 0.1 });
  // Without smearing the highest filled level is the Fermi level.
  expect(gapOf(at(0, [-0.3, 0, 0.2]))).toEqual({ filled: 0, empty: 0.2 });
  expect(gapOf(at(0, [-0.3, -0.02, 0.2], [-0.25, 0.05, 0.1]))).toBeUndefined();
  expect(gapOf(at(0, [-0.3, -0.004, 0.004]))).toBeUndefined();
  expect(gapOf(at(0, [-0.3, -0.02]))).toBeUndefined(); // nothing empty is known
  const spins = { levels: levels([-0.3, -0.1, 0.2], [-0.2, 0.1, 0.3]), nSpin: 2 as const, fermiLevel: 0 };
  expect(gapOf(spins)).toEqual({ filled: -0.1, empty: 0.1 }); // spins may differ
});

test("levels are looked at from the middle of the gap, or from the Fermi level where there is none", () => {
  close(middleOfGap(at(-0.09, [-0.3, -0.1, 0.2], [-0.4, -0.2, 0.3])), 0.05, 1e-15);
  close(middleOfGap(at(-0.09, [-0.3, -0.1, 0.2], [-0.4, -0.05, 0.3])), -0.09, 0);
});
