import { expect, test } from "vitest";
import { allows, type NumberOption, valuesOf } from "../../src/common/options.ts";
import { ruled } from "../../src/job/schema/fields.ts";
import { DIELECTRIC_OPTIONS } from "../../src/precond/filters/dielectric.ts";
import { KERKER_OPTIONS } from "../../src/precond/filters/kerker.ts";
import { LAYER_OPTIONS } from "../../src/precond/localisation.ts";
import { ANDERSON_OPTIONS } from "../../src/scf/accelerators/anderson.ts";
import { DENSITY_MIXING_OPTIONS } from "../../src/scf/methods/density-mixing.ts";
import { DIRECT_MINIMISATION_OPTIONS } from "../../src/scf/methods/direct-minimisation.ts";
import { POTENTIAL_MIXING_OPTIONS } from "../../src/scf/methods/potential-mixing.ts";

const SETS: Readonly<Record<string, Readonly<Record<string, NumberOption>>>> = {
  anderson: ANDERSON_OPTIONS,
  densityMixing: DENSITY_MIXING_OPTIONS,
  potentialMixing: POTENTIAL_MIXING_OPTIONS,
  directMinimisation: DIRECT_MINIMISATION_OPTIONS,
  kerker: KERKER_OPTIONS,
  dielectric: DIELECTRIC_OPTIONS,
  layer: LAYER_OPTIONS,
};
const ALL = Object.entries(SETS).flatMap(([owner, set]) =>
  Object.entries(set).map(([name, option]) => ({ owner, name, option })),
);

test.each(ALL)("the job file and the library allow the same values of $owner.$name", ({ option }) => {
  const bounds = [option.above, option.atLeast, option.below, option.atMost].filter((b) => b !== undefined);
  const samples = [
    -1,
    0,
    0.5,
    1,
    2,
    10,
    1e6,
    option.default,
    ...bounds.flatMap((b) => [b, b - 1e-9, b + 1e-9]),
  ];
  for (const x of samples) expect([x, ruled(option).safeParse(x).success]).toEqual([x, allows(option, x)]);
  const decided = samples.map((x) => allows(option, x));
  expect(decided).toContain(true);
  expect(decided).toContain(false);
  expect(allows(option, option.default)).toBe(true);
  expect(allows(option, Number.NaN)).toBe(false);
});

test("defaults are filled in, and what is wrong is said in one line with the remedy", () => {
  expect(valuesOf("anderson", ANDERSON_OPTIONS, { depth: 3, errorFactor: undefined })).toEqual({
    depth: 3,
    errorFactor: 1e5,
    maxCondition: 1e6,
    maxRise: 0.01,
  });
  expect(() => valuesOf("kerker", KERKER_OPTIONS, { kTF: -1 })).toThrow(
    /^kerker.kTF: must be a positive Thomas-Fermi wave vector in bohr⁻¹, got -1; 0.8 is usual, for no preconditioning use simple$/,
  );
});
