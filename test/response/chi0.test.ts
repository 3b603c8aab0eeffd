import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asRealField, type RealField, sumReal } from "../../src/kernels/fields.ts";
import { independentResponse } from "../../src/response/chi0.ts";
import { occupy } from "../../src/state/occupation.ts";
import { totalPotential } from "../../src/terms/sums.ts";
import { close, closeArrays, notTiny } from "../close.ts";
import * as systems from "../systems.ts";
import { fieldOf, type Ground, ground, inner } from "./ground.ts";

const SILICON = { ...systems.SILICON, ecut: 3 };
const ALUMINIUM = { ...systems.ALUMINIUM, ecut: 4 };
const TIGHT = { tolerance: 1e-10 };

/** F(V): the density that the orbitals of a potential give, symmetrised. Overwrites the orbitals. */
async function densityOf({ basis, orbitals, nStates }: Ground, potential: RealField): Promise<RealField> {
  const solved = await orbitals.diagonalise(potential, {
    tolerance: 1e-11,
    nConverge: nStates,
    maxIterations: 300,
  });
  const levels = solved.map(({ eigenvalues }, i) => ({
    weight: orbitals.spec.blocks[i]!.weight,
    eigenvalues,
  }));
  const { occupations } = occupy(basis.model, levels);
  const weights = occupations.map((f, i) => f.map((x, n) => (n < nStates ? x * levels[i]!.weight : 0)));
  const rho = await orbitals.density(weights);
  basis.symmetrize(rho);
  return rho;
}

const SYSTEMS = [
  { name: "silicon, a gap", job: { ...SILICON, bands: 9 }, nStates: 6, fewer: 4 },
  {
    name: "silicon without symmetry",
    job: { ...SILICON, bands: 9, symmetry: false, kgrid: [2, 1, 1] },
    nStates: 6,
    fewer: 4,
  },
  { name: "aluminium, Fermi-Dirac", job: { ...ALUMINIUM, bands: 16 }, nStates: 13, fewer: 11 },
  {
    name: "aluminium, cold smearing",
    job: { ...ALUMINIUM, bands: 13, smearing: "marzari-vanderbilt", kgrid: [3, 3, 1] },
    nStates: 10,
    fewer: 8,
  },
  {
    name: "spin-polarised aluminium",
    job: {
      ...ALUMINIUM,
      structure: {
        ...ALUMINIUM.structure,
        atoms: [{ element: "Al", position: [0, 0, 0], magneticMoment: 1 }],
      },
      spin: "collinear",
      smearing: "gaussian",
      bands: 13,
      kgrid: [2, 2, 1],
    },
    nStates: 10,
    fewer: 8,
  },
];

describe.each(SYSTEMS)("χ₀ of $name", ({ job, nStates, fewer }) => {
  let state: Ground;
  let deltaV: RealField;
  let response: RealField;
  beforeAll(async () => {
    state = await ground(job, { nStates });
    expect(state.converged).toBe(true);
    deltaV = fieldOf(state, 1);
    const chi0 = await independentResponse(state, TIGHT);
    response = await chi0.apply(deltaV);
    expect(chi0.spent.isConverged).toBe(true);
    notTiny(response, 1e-3, "response");
  });
  afterAll(() => state.orbitals.close());

  test("is self-adjoint and not positive", async () => {
    const chi0 = await independentResponse(state, TIGHT);
    const other = fieldOf(state, 2);
    const otherResponse = await chi0.apply(other);
    const [left, right] = [inner(state, other, response), inner(state, otherResponse, deltaV)];
    expect(Math.abs(left)).toBeGreaterThan(1e-2);
    // Sternheimer equations are solved to 1e-10 of δV, whose norm over the cell is about 10.
    close(left, right, 1e-8);
    expect(inner(state, deltaV, response)).toBeLessThan(-0.1);
    expect(inner(state, other, otherResponse)).toBeLessThan(-0.1);
  });

  test("to vectors δV ψ_n is that to δV, and leaves the changes orthogonal to the states", async () => {
    const { basis, orbitals } = state;
    const { points } = basis.grid;
    const panels = await orbitals.save();
    // δV ψ = H(V + δV) ψ − H(V) ψ, by the residuals of the two potentials for one set of orbitals
    const products = async (v: RealField) => {
      await orbitals.setPotential(v);
      return orbitals.map("basisCorrection", (index) => ({
        small: Int32Array.from({ length: orbitals.spec.blocks[index]!.planeWaves }, (_, g) => g),
        eigenvalues: new Float64Array(orbitals.spec.setup.nBands),
        weights: new Float64Array(orbitals.spec.setup.nBands),
        steps: 0,
      }));
    };
    const potential = totalPotential(state.problem.terms, state.rho);
    const [after, before] = [
      await products(asRealField(potential.map((v, r) => v + deltaV[r]!))),
      await products(potential),
    ];
    const sources = after.map(({ coupling }, i) => ({
      panel: coupling.map((value, at) => value - before[i]!.coupling[at]!),
    }));
    const chi0 = await independentResponse(state, TIGHT);
    const nothing = asRealField(new Float64Array(basis.model.nSpin * points));
    const found = await chi0.applyWith(nothing, sources);
    closeArrays(found.density, response, 1e-8);
    found.changes.forEach((changes, index) => {
      const n = orbitals.spec.blocks[index]!.planeWaves;
      notTiny(changes, 1e-3, "changes");
      for (let j = 0; j < changes.length / (2 * n); j++)
        for (let m = 0; m < nStates; m++) {
          let [re, im] = [0, 0];
          for (let g = 0; g < n; g++) {
            const [a, b] = [2 * (g + n * m), 2 * (g + n * j)];
            re += panels[index]![a]! * changes[b]! + panels[index]![a + 1]! * changes[b + 1]!;
            im += panels[index]![a]! * changes[b + 1]! - panels[index]![a + 1]! * changes[b]!;
          }
          close(Math.hypot(re, im), 0, 1e-9, "overlap");
        }
    });
  });

  test("gives no charge, nothing for a constant, and is linear", async () => {
    const chi0 = await independentResponse(state, TIGHT);
    const size = inner(state, response, asRealField(response.map(Math.sign)));
    expect(size).toBeGreaterThan(0.1);
    close(sumReal(response) * state.basis.grid.dvol, 0, 1e-13 * size);
    const constant = await chi0.apply(asRealField(deltaV.map(() => 3)));
    expect(Math.max(...constant.map(Math.abs))).toBe(0);
    const shifted = await chi0.apply(asRealField(deltaV.map((v) => 7 - 2 * v)));
    closeArrays(
      shifted,
      response.map((x) => -2 * x),
      1e-9,
    );
  });

  test("does not depend on how many bands are summed", async () => {
    const chi0 = await independentResponse({ ...state, nStates: fewer }, TIGHT);
    // The bands left out hold up to 1e-9 electrons.
    closeArrays(await chi0.apply(deltaV), response, 1e-8);
  });

  test("has the density that a potential a little stronger gives", async () => {
    const { problem, rho } = state;
    const potential = totalPotential(problem.terms, rho);
    const at = (t: number) => densityOf(state, asRealField(potential.map((v, r) => v + t * deltaV[r]!)));
    // Fourth-order differences: truncation (t/gap or t/T)⁴ ≈ 1e-9, eigensolver 1e-11/t ≈ 1e-8.
    const t = 2e-4;
    const [p, m, p2, m2] = [await at(t), await at(-t), await at(2 * t), await at(-2 * t)];
    const expected = p.map((x, r) => (8 * (x - m[r]!) - (p2[r]! - m2[r]!)) / (12 * t));
    closeArrays(response, expected, 1e-7, "χ₀ δV");
  });
});

test("χ₀ has the same digits on two threads", async () => {
  const job = { ...ALUMINIUM, bands: 10 };
  const responses: RealField[] = [];
  for (const threads of [1, 2]) {
    const state = await ground(job, { nStates: 7, run: { threads } });
    expect(state.orbitals.threads).toBe(threads);
    const chi0 = await independentResponse(state);
    responses.push(await chi0.apply(fieldOf(state, 3)));
    await state.orbitals.close();
  }
  notTiny(responses[0]!, 1e-3);
  expect(responses[1]).toEqual(responses[0]);
});

test("χ₀ of a metal without smearing is refused, with both levels", async () => {
  const state = await ground({ ...SILICON, bands: 9 }, { nStates: 6 });
  await state.orbitals.close();
  const { occupation, levels } = state;
  const metal = { ...occupation, fermiLevel: Math.max(...levels.map(({ eigenvalues }) => eigenvalues[5]!)) };
  await expect(independentResponse({ ...state, occupation: metal })).rejects.toThrow(
    /smearing: must not be none for the response of a system without gap, highest occupied level 0\.\d+ Ha, lowest empty one 0\.\d+/,
  );
});

test("χ₀ says when its equations were not solved", async () => {
  const state = await ground({ ...SILICON, bands: 9 }, { nStates: 4, orbitals: 1e-6 });
  const chi0 = await independentResponse(state, { maxIterations: 2 });
  await chi0.apply(fieldOf(state, 1));
  await state.orbitals.close();
  expect(chi0.spent.isConverged).toBe(false);
});
