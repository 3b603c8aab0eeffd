import { expect, test } from "vitest";
import { MIXINGS, preconditionerOf } from "../../src/job/schema/mixings.ts";
import { parseJob } from "../../src/job/schema/schema.ts";

const lattice = [[9, 0, 0], [0, 9, 0], [0, 0, 9]]; // biome-ignore format: a matrix
const preconditioner = (mixing: unknown) =>
  preconditionerOf(
    parseJob({
      structure: { lattice, atoms: [{ element: "Si", position: [0, 0, 0] }] },
      ecut: 5,
      scf: { mixing },
    } as never).scf.mixing,
  ).name;

test("every name makes its preconditioner, with the usual parameters", () => {
  expect(MIXINGS.map((name) => preconditioner({ name }))).toEqual([
    "simple",
    "kerker(kTF=0.8)",
    "kerker-dos",
    "dielectric(epsilonR=10, kTF=0.8)",
    "hybrid(epsilonR=10, kTF=0.8)",
    "local-tf",
    "ldos",
    "auto",
    "chi0-exact",
  ]);
});

test("parameters of a job reach the preconditioner", () => {
  const localisation = { axis: 2, from: 0.1, to: 0.5 };
  expect(preconditioner({ name: "dielectric", epsilonR: 14, kTF: 1 })).toBe("dielectric(epsilonR=14, kTF=1)");
  expect(preconditioner({ name: "hybrid", epsilonR: 2.4, localisation })).toBe(
    "hybrid(epsilonR=2.4, kTF=0.8, localised)",
  );
});

test.each([
  [
    { name: "dielectric", epsilonR: 0.5 },
    "scf.mixing.epsilonR: must be a permittivity of at least 1, got 0.5",
  ],
  [
    { name: "hybrid", localisation: { axis: 3, from: 0, to: 1 } },
    "scf.mixing.localisation.axis: must be the index 0, 1 or 2",
  ],
  [
    { name: "hybrid", localisation: { axis: 2, from: 0.5, to: 0.1 } },
    "scf.mixing.localisation.to: must be above from = 0.5",
  ],
  [{ name: "hybrid", localisation: { axis: 2, form: 0.5, to: 0.1 } }, "did you mean from?"],
  [{ name: "hybrid", localisation: 3 }, "scf.mixing.localisation: must be an object, got 3"],
  [{ name: "ldos", kTF: 1 }, "unknown field scf.mixing.kTF"],
])("%j is refused with field, rule and value", (mixing, message) => {
  expect(() => preconditioner(mixing)).toThrow(message);
});
