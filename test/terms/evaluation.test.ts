import { describe, expect, test } from "vitest";
import { functionals } from "../../src/functionals/functionals.ts";
import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import { asRealField, type RealField } from "../../src/kernels/fields.ts";
import { scf } from "../../src/scf/scf.ts";
import { externalPotential } from "../../src/terms/external/external.ts";
import { hartree } from "../../src/terms/hartree/hartree.ts";
import { evaluateTerms } from "../../src/terms/sums.ts";
import type { DensityTerm, Term } from "../../src/terms/term.ts";
import { exchangeCorrelation } from "../../src/terms/xc/exchange-correlation.ts";
import { closeArrays, notTiny } from "../close.ts";
import { noise, testGrid } from "../precond/laws.ts";
import { DISPLACED_SILICON, to } from "../systems.ts";

const grid = testGrid();
const density = (nSpin: 1 | 2, seed: number): RealField =>
  asRealField(noise(nSpin * grid.points, seed).map((x) => 0.05 + 0.02 * Math.sin(x)));

describe.each([1, 2] as const)(
  "a potential that is read late, %i spin(s), is that of its density",
  (nSpin) => {
    const TERMS: readonly DensityTerm[] = [
      externalPotential(grid, ([x, y]) => Math.cos(x) + y),
      hartree(grid, nSpin),
      exchangeCorrelation(grid, functionals("lda-pw92"), nSpin),
      exchangeCorrelation(grid, functionals("pbe"), nSpin),
    ];
    test.each(TERMS.map((term, i) => [`${i} ${term.name}`, term] as const))("%s", (_, term) => {
      const [rho, other] = [density(nSpin, 1), density(nSpin, 2)];
      const expected = term.evaluate(rho).potential.slice();
      notTiny(expected, 1e-2);
      const late = term.evaluate(rho);
      // Whatever else the term is asked meanwhile.
      void term.evaluate(other).potential;
      term.kernel?.(other)(density(nSpin, 3), density(nSpin, 4));
      term.stress?.({ rho: other, entropyEnergy: 0 });
      closeArrays(late.potential, expected, 0);
      closeArrays(late.potential, expected, 0, "read again");
    });
  },
);

test("the potential of all terms is their sum, and those without a density have no say", () => {
  const rho = density(1, 1);
  const [v, h] = [externalPotential(grid, ([x]) => Math.sin(x)), hartree(grid, 1)];
  const { energies, potential } = evaluateTerms([v, { name: "constant", energy: () => 7 }, h], rho);
  const [a, b] = [v.evaluate(rho), h.evaluate(rho)];
  expect(energies).toEqual([a.energy, 0, b.energy]);
  closeArrays(potential, a.potential.map((x, r) => x + b.potential[r]!), 0); // biome-ignore format: one line
});

describe("a run evaluates", () => {
  const counted = async (accelerator: object) => {
    const job = to(1e-5, { ...DISPLACED_SILICON, kgrid: [1, 1, 1] });
    const { problem, options } = await prepareScf({ ...job, scf: { ...job.scf, accelerator } });
    let [evaluations, potentials, steps] = [0, 0, 0];
    const spied = (term: Term): Term => {
      const { evaluate } = term;
      if (term.name !== "xc" || evaluate === undefined) return term;
      return {
        ...term,
        evaluate(rho) {
          evaluations++;
          const evaluation = evaluate(rho);
          return {
            energy: evaluation.energy,
            get potential() {
              potentials++;
              return evaluation.potential;
            },
          };
        },
      };
    };
    for await (const _ of scf({ ...problem, terms: problem.terms.map(spied) }, options)) steps++;
    return { evaluations, potentials, steps };
  };

  test("each density once where potentials are mixed", async () => {
    const { evaluations, potentials, steps } = await counted({ name: "adaptive-damping" });
    expect(steps).toBeGreaterThan(4);
    expect(evaluations).toBe(steps + 1);
    expect(potentials).toBe(steps); // that of the last density is not asked for
  });

  test("no potential that is not solved in, where densities are mixed", async () => {
    const { evaluations, potentials, steps } = await counted({ name: "anderson" });
    expect(evaluations).toBe(2 * steps);
    expect(potentials).toBe(steps);
  });
});
