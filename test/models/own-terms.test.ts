import { describe, expect, test } from "vitest";
import type { Grid } from "../../src/basis/grid.ts";
import { newTensor } from "../../src/common/tensor.ts";
import { groundState } from "../../src/ground/find-ground-state.ts";
import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { asRealField, newRealField } from "../../src/kernels/fields.ts";
import { defineModel } from "../../src/models/define-model.ts";
import { insulatorLine, lineSystem } from "../../src/models/line-system.ts";
import type { BlockTerm } from "../../src/terms/block-term.ts";
import { pairInteraction, yukawa } from "../../src/terms/hartree/pair-interaction.ts";
import { powerNonlinearity } from "../../src/terms/nonlinearity/nonlinearity.ts";
import { kernelOf } from "../../src/terms/sums.ts";
import type { Term } from "../../src/terms/term.ts";
import { close, closeArrays, notTiny } from "../close.ts";
import { noise, testGrid } from "../precond/laws.ts";
import { DISPLACED_SILICON, to } from "../systems.ts";

/** Length of the line [bohr] and width of everything on it. */
const [LENGTH, WIDTH] = [8, 0.7];
const IMAGES = [-2, -1, 0, 1, 2];

/** Two wells on a line of the strained length that repeats: E = −D ∫ ρ Σ_i Σ_images e^{−(x − R_i)²/2s²}, s fixed. */
function wells(grid: Grid, positions: readonly number[]): Term {
  const length = grid.lattice.vectors[0][0];
  const distances = (r: number, at: number) =>
    IMAGES.map((image) => (r / grid.points) * length - at + image * length);
  const gaussian = (d: number) => -0.8 * Math.exp(-(d * d) / (2 * WIDTH * WIDTH));
  /** Σ_r Σ_images f(d) for one well. */
  const sum = (rho: ArrayLike<number>, at: number, f: (d: number) => number) =>
    Array.from(rho).reduce((total, x, r) => total + x * distances(r, at).reduce((s, d) => s + f(d), 0), 0);
  return {
    name: "two wells",
    evaluate: (rho) => ({
      energy: grid.dvol * positions.reduce((total, at) => total + sum(rho, at, gaussian), 0),
      potential: asRealField(
        newRealField(grid.points).map((_, r) =>
          positions.reduce((v, at) => v + distances(r, at).reduce((s, d) => s + gaussian(d), 0), 0),
        ),
      ),
    }),
    forces: ({ rho }) =>
      positions.map((at) => [grid.dvol * sum(rho, at, (d) => (-d / WIDTH ** 2) * gaussian(d)), 0, 0]),
    stress({ rho }) {
      const virial = (d: number) => -((d / WIDTH) ** 2) * gaussian(d);
      const xx = positions.reduce((total, at) => total + sum(rho, at, virial), 0) / grid.points;
      return [[xx, 0, 0], [0, 0, 0], [0, 0, 0]]; // biome-ignore format: a matrix
    },
  };
}

/** A separable operator of one's own, 0.5 |p⟩⟨p| with p(q) = e^{−q²/2}/√Ω at x = 0. */
const projector: Term = {
  name: "projector",
  operator: ({ kernels, kpoint: { planeWaves: n, kPlusG }, lattice }): BlockTerm => {
    const form = (g: number) => Math.exp(-(kPlusG[3 * g]! ** 2) / 2) / Math.sqrt(lattice.volume);
    /** ⟨f|ψ_j⟩ for a real f. */
    const overlap = (f: (g: number) => number, x: Float64Array, j: number) => {
      let [re, im] = [0, 0];
      for (let g = 0; g < n; g++) {
        re += f(g) * x[2 * (g + n * j)]!;
        im += f(g) * x[2 * (g + n * j) + 1]!;
      }
      return [re, im] as const;
    };
    void kernels;
    return {
      addInto(out, x, nVectors) {
        for (let j = 0; j < nVectors; j++) {
          const [re, im] = overlap(form, x, j);
          for (let g = 0; g < n; g++) {
            out[2 * (g + n * j)]! += 0.5 * form(g) * re;
            out[2 * (g + n * j) + 1]! += 0.5 * form(g) * im;
          }
        }
      },
      strain(psi, weights) {
        const out = newTensor();
        weights.forEach((w, j) => {
          const [re, im] = overlap(form, psi, j);
          // dp/dε = (q² − ½) p: q shrinks, and so does 1/√Ω
          const [dre, dim] = overlap((g) => (kPlusG[3 * g]! ** 2 - 0.5) * form(g), psi, j);
          out[0]! += w * (re * dre + im * dim);
        });
        return out;
      },
    };
  },
};

/** Two particles in the wells with everything that has a stress; `strain` keeps the set of waves and takes the wells along. */
async function solved(positions: readonly number[], strain = 0) {
  const model = await defineModel({
    cell: [[LENGTH * (1 + strain)]],
    ecut: 12 / (1 + strain) ** 2,
    particles: 2,
    perLevel: 2,
    terms: (grid) => [
      wells(
        grid,
        positions.map((x) => x * (1 + strain)),
      ),
      projector,
      powerNonlinearity(grid, { coefficient: 0.4, power: 2 }),
      pairInteraction(grid, 1, yukawa(0.7), { slope: (g2) => (-4 * Math.PI) / (g2 + 0.49) ** 2 }),
    ],
  });
  return groundState(model, { tolerance: { density: 1e-10 } });
}

const slopeOf = (energies: readonly [number, number, number, number], h: number): number =>
  (8 * (energies[0] - energies[1]) - (energies[2] - energies[3])) / (12 * h);
const steps = (h: number) => [h, -h, 2 * h, -2 * h] as const;

describe("a model with terms of one's own", () => {
  test("reports their energies by their names, and the sum", async () => {
    const { energies, converged } = await solved([2.4, 5.1]);
    expect(converged).toBe(true);
    expect(Object.keys(energies)).toEqual([
      "total",
      "kinetic",
      "two wells",
      "projector",
      "nonlinearity",
      "interaction",
    ]);
    const { total, ...parts } = energies;
    close(
      Object.values(parts).reduce((sum, e) => sum + e, 0),
      total,
      1e-13,
    );
    for (const part of Object.values(parts)) expect(Math.abs(part)).toBeGreaterThan(1e-3);
  });

  test("has forces and a stress that are derivatives of its energy", async () => {
    const positions = [2.4, 5.1] as const;
    const state = await solved(positions);
    const [forces, stress] = [await state.forces(), await state.stress()];
    notTiny(forces.map(([x]) => x), 1e-3, "forces"); // biome-ignore format: one call
    const h = 1e-2;
    for (const i of [0, 1]) {
      const at = async (t: number) =>
        (await solved(positions.map((x, j) => (j === i ? x + t : x)))).energies.total;
      const energies = (await Promise.all(steps(h).map(at))) as [number, number, number, number];
      // h⁴/30 of the fifth derivative, D/s⁵ ≈ 5
      close(forces[i]![0], -slopeOf(energies, h), 1e-8, `well ${i}`);
    }
    const strained = async (t: number) => (await solved(positions, t)).energies.total;
    const k = 2e-3;
    const energies = (await Promise.all(steps(k).map(strained))) as [number, number, number, number];
    expect(Math.abs(stress[0][0])).toBeGreaterThan(1e-2);
    close(stress[0][0], slopeOf(energies, k) / LENGTH, 1e-8, "stress");
  });

  test("has no forces where no term moves, and no stress where a term does not know its own", async () => {
    const still = await defineModel({
      cell: [[LENGTH]],
      ecut: 3,
      terms: () => [{ name: "nothing", energy: () => 1.5 }],
    });
    const found = await groundState(still);
    expect(found.energies.nothing).toBe(1.5);
    await expect(found.forces()).rejects.toThrow(/^forces: must be known to the terms/);
    await expect(found.stress()).rejects.toThrow(/^stress: must be known to the terms/);
  });

  test("refuses terms without an energy, and the name of the total", async () => {
    const of = (term: Term) => defineModel({ cell: [[LENGTH]], ecut: 3, terms: () => [term] });
    await expect(of({ name: "empty", stress: () => [[0, 0, 0], [0, 0, 0], [0, 0, 0]] })).rejects.toThrow(/^terms: empty must have evaluate, operator or energy, got only name, stress$/); // biome-ignore format: one call
    await expect(of({ name: "total", energy: () => 0 })).rejects.toThrow(
      /a name other than total, got "total"/,
    );
  });

  test("refuses forces of different numbers of positions", async () => {
    const one: Term = { name: "one", energy: () => 0, forces: () => [[0, 0, 0]] };
    const two: Term = { name: "two", energy: () => 0, forces: () => [[0, 0, 0], [0, 0, 0]] }; // biome-ignore format: short
    const model = await defineModel({ cell: [[LENGTH]], ecut: 3, terms: () => [one, two] });
    await expect((await groundState(model)).forces()).rejects.toThrow(
      /a force for each position, got 1 from one and 2 from two/,
    );
  });

  test("with an operator that is a function stays in one thread, or says why", async () => {
    const model = await defineModel({
      cell: [[LENGTH]],
      ecut: 3,
      kgrid: [2],
      kshift: [0.5],
      threads: 2,
      vectorPotential: () => [0.1, 0, 0],
      terms: () => [projector],
    });
    await expect(groundState(model)).rejects.toThrow(
      /^threads: must be 1 where a term's operator is a function/,
    );
  });
});

test("the ions of a line feel minus the derivative of the energy", async () => {
  const line = insulatorLine(2);
  const at = async (t: number) => {
    const ions = line.ions.map((ion, i) => (i === 0 ? { ...ion, position: ion.position + 1 + t } : ion));
    return groundState(await lineSystem({ ...line, ions }), { tolerance: { density: 1e-10 } });
  };
  const forces = await (await at(0)).forces();
  const h = 1e-2;
  const energies = await Promise.all(steps(h).map(async (t) => (await at(t)).energies.total));
  expect(Math.abs(forces[0]![0])).toBeGreaterThan(1e-3);
  close(forces[0]![0], -slopeOf(energies as [number, number, number, number], h), 1e-8);
});

test("a crystal has the forces and the stress of its job also as a model, and a term more adds its own", async () => {
  const job = to(1e-6, { ...DISPLACED_SILICON, kgrid: [1, 1, 1], stress: true });
  const [file, { problem, options }] = await Promise.all([runScf(job), prepareScf(job)]);
  const pull: Term = {
    name: "my dispersion",
    energy: () => -0.25,
    forces: () => [[0, 0, 0.5], [0, 0, -0.5]], // biome-ignore format: two vectors
    stress: () => [[1, 0, 0], [0, 1, 0], [0, 0, 1]], // biome-ignore format: a matrix
  };
  const plain = await groundState(problem, options);
  const forces = (await plain.forces()).flat();
  const stress = (await plain.stress()).flat();
  notTiny(forces, 1e-3, "forces");
  closeArrays(forces, file.forces!.flat(), 0);
  closeArrays(stress, file.stress!.flat(), 0);
  const more = await groundState({ ...problem, terms: [...problem.terms, pull] }, options);
  expect(more.energies["my dispersion"]).toBe(-0.25);
  close(more.energies.total, plain.energies.total - 0.25, 1e-13);
  const larger = (await more.stress()).flat();
  notTiny(larger.filter((_, i) => i % 4 === 0), 0.9); // biome-ignore format: one call
  closeArrays(larger, stress.map((s, i) => s + (i % 4 === 0 ? 1 : 0)), 1e-13); // biome-ignore format: one call
});

test("a term without a kernel gets the difference quotient of its potential, which is its kernel", () => {
  const grid = testGrid();
  const rho = asRealField(noise(grid.points, 1).map((x) => 0.05 + 0.02 * Math.sin(x)));
  const delta = asRealField(noise(grid.points, 2));
  for (const term of [
    pairInteraction(grid, 1, yukawa(0.7)),
    powerNonlinearity(grid, { coefficient: 3, power: 3 }),
  ]) {
    const { kernel, ...without } = term;
    const exact = kernelOf([term], rho)(delta);
    expect(kernel).toBeDefined();
    notTiny(exact, 0.1);
    closeArrays(kernelOf([without], rho)(delta), exact, 1e-8); // cubic in ρ: t² of the truncation does not vanish alone for sums
  }
});
