import { describe, expect, test } from "vitest";
import { InputError } from "../../src/common/failure.ts";
import { asRealField, newRealField, type RealField } from "../../src/kernels/fields.ts";
import { kerker } from "../../src/precond/filters/kerker.ts";
import { simple } from "../../src/precond/filters/simple.ts";
import { closeArrays, notTiny } from "../close.ts";
import { at as bindAt, noise, preconditionerLaws, sampleIterate, testGrid } from "./laws.ts";

preconditionerLaws({ name: "simple", make: simple, isSelfAdjoint: true, isAtLeastOne: true });
preconditionerLaws({ name: "kerker", make: () => kerker(), isSelfAdjoint: true, isAtLeastOne: true });
preconditionerLaws({
  name: "kerker, strong",
  make: () => kerker({ kTF: 3 }),
  isSelfAdjoint: true,
  isAtLeastOne: true,
});

// Odd axes: the highest frequency of an even one has no partner −G, and the real part mixes it with others.
const grid = testGrid([5, 7, 15]);
const { points } = grid;
const at = async (
  preconditioner: ReturnType<typeof kerker>,
  nSpin: 1 | 2,
  f: RealField,
): Promise<RealField> => {
  const out = newRealField(f.length);
  (await bindAt(preconditioner, sampleIterate({ grid, nSpin })))(out, f);
  return out;
};

describe("kerker", () => {
  test("multiplies every coefficient by |G|²/(|G|² + kTF²), G = 0 by 1", async () => {
    const f = noise(points, 1);
    const [before, after] = [grid.toFourier(f), grid.toFourier(await at(kerker({ kTF: 0.7 }), 1, f))];
    const expected = before.map((x, i) => {
      const g2 = grid.normG2[Math.floor(i / 2)]!;
      return i < 2 ? x : (x * g2) / (g2 + 0.49);
    });
    notTiny(expected, 0.01);
    closeArrays(after, expected, 1e-14);
  });

  test("acts on the sum of the spins and leaves their difference alone", async () => {
    const f = noise(2 * points, 2);
    const out = await at(kerker(), 2, f);
    const sum = (x: RealField) => asRealField(x.slice(0, points).map((v, r) => v + x[points + r]!));
    const gap = (x: RealField) => x.slice(0, points).map((v, r) => v - x[points + r]!);
    notTiny(gap(f), 0.1);
    closeArrays(gap(out), gap(f), 1e-14);
    closeArrays(sum(out), await at(kerker(), 1, sum(f)), 1e-13);
  });

  test("approaches plain mixing for kTF → 0", async () => {
    const f = noise(points, 3);
    closeArrays(await at(kerker({ kTF: 1e-8 }), 1, f), f, 1e-13);
    closeArrays(await at(simple(), 1, f), f, 0);
  });

  test("shows its parameter and refuses wave vectors that are none", () => {
    expect([kerker().name, kerker({ kTF: 1 }).name, simple().name]).toEqual([
      "kerker(kTF=0.8)",
      "kerker(kTF=1)",
      "simple",
    ]);
    for (const kTF of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => kerker({ kTF })).toThrow(InputError);
      expect(() => kerker({ kTF })).toThrow(`got ${kTF}`);
    }
  });
});
