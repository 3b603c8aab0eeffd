import { expect, test } from "vitest";
import { bandTop, gapAlong, gapEnclosure, zeroAmong, zeroOfEnergy } from "../../src/bands/gap.ts";
import { random } from "../../src/common/random.ts";
import type { Vec3 } from "../../src/common/vec3.ts";

const at = (x: number, ...energies: number[]) => ({ k: [x, 0, 0] as Vec3, energies });
/** Band 1 has its top at x = 0.1, band 2 its bottom at x = 0.3. */
const indirect = [at(0, -1, 2), at(0.1, 0, 1.5), at(0.2, -0.5, 1.2), at(0.3, -2, 0.7)];

test("the gap is that of the extremes, and the direct one that of the closest pair", () => {
  const gap = gapAlong(indirect, 1)!;
  expect(gap.top).toEqual({ energy: 0, k: [0.1, 0, 0], index: 1 });
  expect(gap.bottom).toEqual({ energy: 0.7, k: [0.3, 0, 0], index: 3 });
  expect(gap.gap).toBeCloseTo(0.7, 12);
  expect(gap.direct).toEqual({ energy: 1.5, k: [0.1, 0, 0], index: 1 });
});

test("bands that overlap have a negative gap", () => {
  expect(gapAlong([at(0, 1, 2), at(0.5, 0, 0.5)], 1)!.gap).toBeCloseTo(-0.5, 12);
});

test("levels that differ by rounding are at the first of their k-points", () => {
  expect(bandTop([at(0, 1), at(0.1, 1 + 1e-12), at(0.2, 0.5)], 1).index).toBe(0);
  expect(bandTop([at(0, 1), at(0.1, 1 + 1e-6)], 1).index).toBe(1);
});

test("there is no gap to tell without a filled band or one above", () => {
  expect(gapAlong(indirect, 0)).toBeUndefined();
  expect(gapAlong(indirect, 2)).toBeUndefined();
  expect(gapAlong([], 1)).toBeUndefined();
});

test("an insulator is measured from its highest filled level, on the path or on the run's own k-points", () => {
  const run = (fermiLevel: number, valenceMaximum: number) =>
    zeroOfEnergy(indirect, 1, { fermiLevel, valenceMaximum });
  const here = { energy: 0, kind: "valence-maximum", band: 1, index: 1 };
  expect(run(-0.1, -0.1)).toEqual(here); // no smearing: the path goes higher
  expect(run(0, 0)).toEqual(here); // the path goes through the run's own
  expect(run(0.2, 0.2)).toEqual({ energy: 0.2, kind: "valence-maximum", band: 1 }); // the run goes higher
  expect(run(0.35, -0.1)).toEqual(here); // smeared: a Fermi level in the gap
});

test("where levels are better known, the zero is that of its place on the path, or stays where it is not on it", () => {
  const better = indirect.map(({ k, energies }) => ({ k, energies: energies.map((e) => e - 0.01) }));
  const zero = zeroOfEnergy(indirect, 1, { fermiLevel: 0, valenceMaximum: 0 });
  expect(zeroAmong(better, zero)).toEqual({ ...zero, energy: -0.01 });
  const elsewhere = zeroOfEnergy(indirect, 1, { fermiLevel: 0.2, valenceMaximum: 0.2 });
  expect(zeroAmong(better, elsewhere)).toBe(elsewhere);
  const metal = zeroOfEnergy(indirect, 1, { fermiLevel: 0.9, valenceMaximum: 0 });
  expect(zeroAmong(better, metal)).toBe(metal);
});

test("a metal is measured from its Fermi level, whatever the path shows", () => {
  const run = (fermiLevel: number, valenceMaximum?: number) =>
    zeroOfEnergy(indirect, 1, { fermiLevel, valenceMaximum });
  expect(run(-0.3, -0.1)).toEqual({ energy: -0.3, kind: "fermi-level" }); // band 1 is not full
  expect(run(0.9, 0)).toEqual({ energy: 0.9, kind: "fermi-level" }); // band 2 is not empty
  expect(run(0.8, 0.8)).toEqual({ energy: 0.8, kind: "fermi-level" }); // bands overlap
  expect(run(0.35)).toEqual({ energy: 0.35, kind: "fermi-level" }); // an odd number of electrons
});

test("a Hamiltonian without electrons is measured from the top of band N/2, or of the highest there is", () => {
  expect(zeroOfEnergy(indirect, 1)).toEqual({ energy: 0, kind: "band-top", band: 1, index: 1 });
  expect(zeroOfEnergy(indirect, 1.5)).toEqual({ energy: 0, kind: "band-top", band: 1, index: 1 });
  expect(zeroOfEnergy(indirect, 7)).toEqual({ energy: 2, kind: "band-top", band: 2, index: 0 });
  expect(zeroOfEnergy(indirect, 0)).toEqual({ energy: 0, kind: "band-top", band: 1, index: 1 });
});

// Broken once: the upper end of the valence maximum in place of the lower one, and the k-point of the estimate alone.
test("the enclosed gap holds the gap of every choice of levels inside their intervals, and is no wider than that", () => {
  const { uniform } = random(3);
  for (let trial = 0; trial < 50; trial++) {
    const kpoints = Array.from({ length: 4 }, () => ({
      bands: [0, 1].map((band) => {
        const [a, b] = [band * 0.5 + uniform(), band * 0.5 + uniform()];
        return { lower: Math.min(a, b), upper: Math.max(a, b), guaranteed: true };
      }),
    }));
    const { lo, hi } = gapEnclosure(kpoints, 1)!;
    const gapAt = (choose: (level: { lower: number; upper: number }, band: number) => number): number =>
      Math.min(...kpoints.map(({ bands }) => choose(bands[1]!, 1))) -
      Math.max(...kpoints.map(({ bands }) => choose(bands[0]!, 0)));
    for (let draw = 0; draw < 20; draw++) {
      const gap = gapAt(({ lower, upper }) => lower + uniform() * (upper - lower));
      expect(lo <= gap && gap <= hi).toBe(true);
    }
    expect(lo).toBeCloseTo(
      gapAt(({ lower, upper }, band) => (band === 0 ? upper : lower)),
      14,
    );
    expect(hi).toBeCloseTo(
      gapAt(({ lower, upper }, band) => (band === 0 ? lower : upper)),
      14,
    );
  }
});

test("one level without a proof leaves the gap unenclosed", () => {
  const level = { lower: 0, upper: 1, guaranteed: true };
  const other = { lower: 2, upper: 3, guaranteed: true };
  expect(gapEnclosure([{ bands: [level, other] }], 1)).toEqual({
    lo: expect.closeTo(1, 14),
    hi: expect.closeTo(3, 14),
  });
  expect(
    gapEnclosure([{ bands: [level, other] }, { bands: [level, { ...other, guaranteed: false }] }], 1),
  ).toBe(undefined);
  expect(gapEnclosure([{ bands: [level, other] }, { bands: [level, {}] }], 1)).toBe(undefined);
  expect(gapEnclosure([{ bands: [level] }], 1)).toBe(undefined);
  expect(gapEnclosure([{ bands: [level, other] }], 0)).toBe(undefined);
  expect(gapEnclosure([], 1)).toBe(undefined);
});
