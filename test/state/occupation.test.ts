import { describe, expect, test } from "vitest";
import { InputError } from "../../src/common/failure.ts";
import { random } from "../../src/common/random.ts";
import { SMEARING_NAMES, type Smearing, smearing } from "../../src/model/smearing.ts";
import { type Levels, occupy as occupyModel } from "../../src/state/occupation.ts";
import { close, closeArrays, notTiny } from "../close.ts";

/** The occupation of a model whose levels hold fMax electrons. */
const occupy = (
  levels: readonly Levels[],
  electrons: number,
  fMax: number,
  law: Smearing,
  temperature: number,
) => occupyModel({ electrons, nSpin: 1, perLevel: fMax, smearing: law.name, temperature }, levels);

const SMEARED = SMEARING_NAMES.filter((name) => name !== "none");

/** Bands of a metal: uneven k-point weights, levels from −0.5 to about 1 Ha. */
function metal(nBands = 12): Levels[] {
  const { uniform } = random(11);
  return [0.125, 0.375, 0.5].map((weight) => ({
    weight,
    eigenvalues: Float64Array.from({ length: nBands }, (_, i) => -0.5 + 0.13 * i + 0.1 * uniform()).sort(),
  }));
}

const count = (levels: readonly Levels[], occupations: readonly Float64Array[]) =>
  levels.reduce((sum, { weight }, k) => sum + weight * occupations[k]!.reduce((a, f) => a + f, 0), 0);

describe("with every smearing", () => {
  for (const name of SMEARED)
    for (const fMax of [2, 1]) {
      test(`the occupations hold the electrons: ${name}, ${fMax} per level`, () => {
        for (const electrons of [1, 3.7, 6])
          for (const temperature of [1e-4, 0.01, 0.1]) {
            const levels = metal();
            const { occupations } = occupy(levels, electrons, fMax, smearing(name), temperature);
            // Bisection stops at neighbouring numbers: f moves by |f′| ≤ 1 times 2⁻⁵²·|ε_F|/T per level.
            close(
              count(levels, occupations),
              electrons,
              1e-15 / temperature + 1e-13,
              `${electrons} at ${temperature}`,
            );
          }
      });

      test(`−T S changes by −Σ w (ε − ε_F) df when electrons move: ${name}, ${fMax} per level`, () => {
        const temperature = 0.05;
        const levels = metal();
        // Levels move along a fixed direction, at a fixed number of electrons.
        const stream = random(3);
        const direction = levels.map(({ eigenvalues }) => eigenvalues.map(() => stream.normal()));
        const at = (t: number) => {
          const moved = levels.map(({ weight, eigenvalues }, k) => ({
            weight,
            eigenvalues: eigenvalues.map((e, i) => e + t * direction[k]![i]!),
          }));
          return { moved, ...occupy(moved, 5, fMax, smearing(name), temperature) };
        };
        const h = 1e-4;
        const [minus, here, plus] = [at(-h), at(0), at(h)];
        const slope = (plus.entropyEnergy - minus.entropyEnergy) / (2 * h);
        let predicted = 0;
        levels.forEach(({ weight, eigenvalues }, k) => {
          eigenvalues.forEach((e, i) => {
            const df = (plus.occupations[k]![i]! - minus.occupations[k]![i]!) / (2 * h);
            predicted -= weight * (e - here.fermiLevel) * df;
          });
        });
        expect(Math.abs(predicted)).toBeGreaterThan(1e-3);
        close(slope, predicted, 1e-5); // h² times third derivatives, 1/T² = 400
      });
    }

  for (const name of SMEARED)
    test(`the free energy Σ w f ε − T S has the derivative w f in every level: ${name}`, () => {
      const temperature = 0.04;
      const levels = metal(8);
      const free = (k: number, i: number, t: number) => {
        const moved = levels.map((level) => ({ ...level, eigenvalues: level.eigenvalues.slice() }));
        moved[k]!.eigenvalues[i]! += t;
        const { occupations, entropyEnergy } = occupy(moved, 5, 2, smearing(name), temperature);
        return (
          entropyEnergy +
          moved.reduce(
            (sum, { weight, eigenvalues }, q) =>
              sum + weight * eigenvalues.reduce((s, e, j) => s + e * occupations[q]![j]!, 0),
            0,
          )
        );
      };
      const { occupations } = occupy(levels, 5, 2, smearing(name), temperature);
      for (const [k, i] of [
        [0, 0],
        [1, 2],
        [2, 3],
      ] as const) {
        const h = 1e-4;
        const slope = (free(k, i, h) - free(k, i, -h)) / (2 * h);
        expect(Math.abs(slope)).toBeGreaterThan(1e-4);
        close(slope, levels[k]!.weight * occupations[k]![i]!, 2e-6, `level ${k}, ${i}`); // h² f″ = 1e-8/T²
      }
    });

  const gapped: Levels[] = [
    { weight: 0.25, eigenvalues: Float64Array.of(-0.4, -0.1, 0.3, 0.5) },
    { weight: 0.75, eigenvalues: Float64Array.of(-0.3, -0.2, 0.2, 0.6) },
  ];

  for (const name of SMEARED.filter((each) => smearing(each).isMonotone))
    test(`a temperature far below the level spacing fills like none at all: ${name}`, () => {
      const cold = occupy(gapped, 4, 2, smearing(name), 1e-4);
      const none = occupy(gapped, 4, 2, smearing("none"), 0);
      closeArrays(
        cold.occupations.flatMap((f) => [...f]),
        none.occupations.flatMap((f) => [...f]),
        1e-12,
      );
      close(cold.entropyEnergy, 0, 1e-12);
      expect(cold.fermiLevel).toBeGreaterThan(-0.1 - 1e-3);
      expect(cold.fermiLevel).toBeLessThan(0.2 + 1e-3);
      expect([...none.occupations[0]!]).toEqual([2, 2, 0, 0]);
    });

  for (const name of SMEARED.filter((each) => !smearing(each).isMonotone))
    test(`the free energy approaches that without smearing as the width goes to 0: ${name}`, () => {
      // Of several Fermi levels in a gap any may be found: the one at a band edge errs by a fraction of T.
      const free = (temperature: number, used: string) => {
        const { occupations, entropyEnergy } = occupy(
          gapped,
          4,
          2,
          smearing(used as typeof name),
          temperature,
        );
        return gapped.reduce(
          (sum, { weight, eigenvalues }, k) =>
            sum + weight * eigenvalues.reduce((s, e, i) => s + e * occupations[k]![i]!, 0),
          entropyEnergy,
        );
      };
      const limit = free(0, "none");
      expect(limit).toBeLessThan(-0.5);
      for (const temperature of [1e-2, 1e-3, 1e-4]) close(free(temperature, name), limit, 0.1 * temperature);
    });
});

test("two levels share their electrons as the Fermi function says: ε_F = ε₁ + T ln(f/(1 − f)) by hand", () => {
  // One electron in two levels at ±δ of one k-point, two per level: f₁ + f₂ = ½. With x = e^{δ/T}, y = e^{−ε_F/T}:
  // 1/(1 + y/x) + 1/(1 + y x) = ½  ⇒  y = (x + 1/x)/2·... is solved below by the quadratic y² − y (x + 1/x) − 3 = 0.
  const [delta, T] = [0.03, 0.02];
  const s = Math.exp(delta / T) + Math.exp(-delta / T);
  const y = (s + Math.sqrt(s * s + 12)) / 2;
  const levels = [{ weight: 1, eigenvalues: Float64Array.of(-delta, delta) }];
  const { fermiLevel, occupations } = occupy(levels, 1, 2, smearing("fermi-dirac"), T);
  close(fermiLevel, -T * Math.log(y), 1e-15);
  closeArrays(
    occupations[0]!,
    [2 / (1 + y * Math.exp(-delta / T)), 2 / (1 + y * Math.exp(delta / T))],
    1e-14,
  );
});

test("symmetric smearings put the Fermi level of a half-filled symmetric spectrum in its middle", () => {
  const levels = [{ weight: 1, eigenvalues: Float64Array.of(-0.2, -0.05, 0.05, 0.2) }];
  for (const name of ["fermi-dirac", "gaussian", "methfessel-paxton-1"] as const)
    close(occupy(levels, 4, 2, smearing(name), 0.15).fermiLevel, 0, 1e-15, name);
  // Cold smearing is not symmetric: it must not pass by accident.
  expect(Math.abs(occupy(levels, 4, 2, smearing("marzari-vanderbilt"), 0.15).fermiLevel)).toBeGreaterThan(
    1e-3,
  );
});

test("weights and an added constant do what they must: the Fermi level moves along, the occupations stay", () => {
  const levels = metal();
  const here = occupy(levels, 5, 2, smearing("gaussian"), 0.02);
  const moved = levels.map(({ weight, eigenvalues }) => ({
    weight,
    eigenvalues: eigenvalues.map((e) => e + 0.7),
  }));
  const there = occupy(moved, 5, 2, smearing("gaussian"), 0.02);
  close(there.fermiLevel, here.fermiLevel + 0.7, 1e-14);
  notTiny(here.occupations[0]!, 0.1);
  here.occupations.forEach((f, k) => {
    closeArrays(there.occupations[k]!, f, 1e-13);
  });
  // A k-point of weight w is two of weight w/2.
  const split = levels.flatMap(({ weight, eigenvalues }) => [
    { weight: weight / 2, eigenvalues },
    { weight: weight / 2, eigenvalues },
  ]);
  close(occupy(split, 5, 2, smearing("gaussian"), 0.02).entropyEnergy, here.entropyEnergy, 1e-14);
  expect(Math.abs(here.entropyEnergy)).toBeGreaterThan(1e-4);
});

describe("without smearing", () => {
  const insulator: Levels[] = [
    { weight: 0.5, eigenvalues: Float64Array.of(-0.5, -0.1, 0.2) },
    { weight: 0.5, eigenvalues: Float64Array.of(-0.4, -0.2, 0.3) },
  ];

  test("an insulator fills its lowest bands and has no entropy", () => {
    const { fermiLevel, occupations, entropyEnergy, warnings } = occupy(insulator, 4, 2, smearing("none"), 0);
    expect(occupations.map((f) => [...f])).toEqual([[2, 2, 0], [2, 2, 0]]); // biome-ignore format: a table
    expect([fermiLevel, entropyEnergy, warnings]).toEqual([-0.1, 0, []]);
  });

  test("spin-resolved levels take one electron each", () => {
    const { occupations } = occupy(insulator, 2, 1, smearing("none"), 0);
    expect(occupations.map((f) => [...f])).toEqual([[1, 1, 0], [1, 1, 0]]); // biome-ignore format: a table
  });

  test("an odd electron, or bands too few, are refused with what to do", () => {
    const odd = () => occupy(insulator, 3, 2, smearing("none"), 0);
    expect(odd).toThrow(InputError);
    expect(odd).toThrow(/3 electrons do not fill whole bands of 2; choose a smearing/);
    expect(() => occupy(insulator, 8, 2, smearing("none"), 0)).toThrow(/bands: must be at least 4 .* got 3/);
    expect(() => occupy(insulator, 6, 2, smearing("none"), 0)).not.toThrow();
  });

  test("overlapping bands are reported as a metal", () => {
    const overlapping = [
      { weight: 0.5, eigenvalues: Float64Array.of(-0.5, 0.25, 0.4) },
      { weight: 0.5, eigenvalues: Float64Array.of(-0.4, -0.2, 0.2) },
    ];
    const { warnings } = occupy(overlapping, 4, 2, smearing("none"), 0);
    expect(warnings).toEqual([expect.stringMatching(/overlap by 5\.00e-2 Ha.*metal/)]);
  });
});

describe("without smearing but with spin", () => {
  const levels = [0, 1].flatMap((spin) =>
    [0.25, 0.75].map((weight, k) => ({
      spin,
      weight,
      eigenvalues: Float64Array.from({ length: 6 }, (_, n) => n * 0.3 - 1 + 0.35 * spin + 0.02 * k),
    })),
  );

  test("whole bands go to the spins such that the sum of the filled levels is smallest", () => {
    for (const electrons of [1, 4, 7]) {
      const { occupations, gap } = occupy(levels, electrons, 1, smearing("none"), 0);
      const sumOf = (counts: readonly number[]) =>
        levels.reduce(
          (sum, { spin, weight, eigenvalues }) =>
            sum + weight * eigenvalues.subarray(0, counts[spin]).reduce((part, e) => part + e, 0),
          0,
        );
      const found = [0, 2].map((block) => occupations[block]!.reduce((sum, f) => sum + f, 0));
      expect(found[0]! + found[1]!).toBe(electrons);
      for (let up = Math.max(0, electrons - 6); up <= Math.min(6, electrons); up++)
        expect(sumOf(found)).toBeLessThanOrEqual(sumOf([up, electrons - up]) + 1e-14);
      close(gap!, Math.min(...[0, 2].map((b, s) => levels[b]!.eigenvalues[found[s]!]!)) -
        Math.max(...[1, 3].map((b, s) => (found[s] === 0 ? -9 : levels[b]!.eigenvalues[found[s]! - 1]!))), 1e-14); // biome-ignore format: a difference
    }
  });

  test("a level that is partly filled has no gap above it", () => {
    const p = [{ weight: 1, eigenvalues: Float64Array.of(-0.9, -0.3, -0.3, -0.3, 0.1) }];
    expect(occupy(p, 6, 2, smearing("none"), 0).gap).toBe(0);
    expect(occupy(p, 6, 2, smearing("none"), 0).directGap).toBe(0);
    expect(occupy(p, 8, 2, smearing("none"), 0).gap).toBeCloseTo(0.4, 14);
    expect(occupy(p, 10, 2, smearing("none"), 0).gap).toBe(Infinity);
  });
});

describe("with smearing", () => {
  test("bands that cannot hold the electrons are refused", () => {
    const levels = [{ weight: 1, eigenvalues: Float64Array.of(-0.1, 0.1) }];
    const full = () => occupy(levels, 4, 2, smearing("gaussian"), 0.01);
    expect(full).toThrow(InputError);
    expect(full).toThrow(/more than the 4 electrons when smeared, got room for 4/);
    expect(() => occupy(levels, 3.9, 2, smearing("gaussian"), 0.01)).not.toThrow();
  });

  test("electrons in the highest band are reported", () => {
    const levels = [{ weight: 1, eigenvalues: Float64Array.of(-0.1, 0.1) }];
    expect(occupy(levels, 3, 2, smearing("fermi-dirac"), 0.01).warnings).toEqual([
      expect.stringMatching(/highest band holds 1\.0e\+0 electrons; raise bands/),
    ]);
    expect(occupy(metal(), 3, 2, smearing("fermi-dirac"), 0.01).warnings).toEqual([]);
  });
});

test("in a gap the non-monotone smearings find a level far from both bands, as the Gaussian does", () => {
  const levels = [
    { weight: 0.25, eigenvalues: Float64Array.of(-0.4, -0.1, 0.3, 0.5) },
    { weight: 0.75, eigenvalues: Float64Array.of(-0.3, -0.2, 0.2, 0.6) },
  ];
  for (const name of ["methfessel-paxton-1", "marzari-vanderbilt"] as const) {
    const { fermiLevel, entropyEnergy, occupations } = occupy(levels, 4, 2, smearing(name), 0.01);
    expect(fermiLevel).toBeGreaterThan(-0.05);
    expect(fermiLevel).toBeLessThan(0.15);
    expect(Math.abs(entropyEnergy)).toBeLessThan(1e-8);
    expect(occupations[0]![1]).toBeCloseTo(2, 8);
    expect(occupations[0]![2]).toBeCloseTo(0, 8);
  }
});
