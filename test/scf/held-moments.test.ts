import { describe, expect, test } from "vitest";
import { random } from "../../src/common/random.ts";
import { asRealField, type RealField } from "../../src/kernels/fields.ts";
import { holdMoments, losesMoments } from "../../src/scf/rules/held-moments.ts";

const N = 50;
/** Spin densities of a charge and a magnetisation that are constant. */
const uniform = (n: number, m: number): RealField =>
  asRealField(Float64Array.from({ length: 2 * N }, (_, i) => 0.5 * (n + (i < N ? m : -m))));

describe("the initial moments", () => {
  test("are lost where hardly any is left while the charge is far from its own, and only there", () => {
    const start = uniform(1, 0.5);
    // The change of the charge is 0.8 and 0.1 of it, the moment a tenth and a half of what it was.
    expect(losesMoments(start, uniform(1.8, 0.05), N)).toBe(true);
    expect(losesMoments(start, uniform(1.8, -0.05), N)).toBe(true);
    expect(losesMoments(start, uniform(1.8, 0.25), N)).toBe(false);
    expect(losesMoments(start, uniform(1.1, 0.05), N)).toBe(false);
    expect(losesMoments(uniform(1, 0), uniform(1.8, 0), N)).toBe(false); // none to lose
  });

  test("are held by a step that has its charge and no magnetisation", () => {
    const { uniform: number } = random(3);
    const step = asRealField(Float64Array.from({ length: 2 * N }, () => number() - 0.5));
    const held = asRealField(step.slice());
    holdMoments(held);
    for (let r = 0; r < N; r++) {
      expect(held[r]! + held[N + r]!).toBeCloseTo(step[r]! + step[N + r]!, 14);
      expect(held[r]! - held[N + r]!).toBe(0);
    }
  });
});
