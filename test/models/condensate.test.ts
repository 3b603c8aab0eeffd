import { describe, expect, test } from "vitest";
import { newRealField } from "../../src/kernels/fields.ts";
import { minimiseCondensate } from "../../src/models/condensate.ts";
import { type DefinedModel, defineModel, type ModelDefinition } from "../../src/models/define-model.ts";
import { groundState } from "../../src/models/ground-state.ts";
import { vortices } from "../../src/models/vortices.ts";
import { externalPotential } from "../../src/terms/external.ts";
import { powerNonlinearity } from "../../src/terms/nonlinearity.ts";
import { close, closeArrays } from "../close.ts";

/** −½Δψ + ½x²ψ + β|ψ|²ψ = μψ on a line. */
const trapped = (beta: number, more: Partial<ModelDefinition> = {}): Promise<DefinedModel> =>
  defineModel({
    cell: [[30]],
    ecut: 120,
    terms: (grid) => [
      externalPotential(grid, ([x]) => 0.5 * (x - 15) ** 2),
      powerNonlinearity(grid, { coefficient: beta / 2, power: 2 }),
    ],
    ...more,
  });

describe("the Gross-Pitaevskii equation in a harmonic trap", () => {
  // E of [BT03], printed with these digits: they end in rounding.
  test.each([
    [3.1371, 1.0441, 5e-5],
    [12.5484, 2.233, 5e-5],
    [31.371, 3.981, 5e-5],
    [62.742, 6.257, 5e-5],
    [156.855, 11.464, 5e-4],
    [313.71, 18.171, 5e-4],
    [627.42, 28.825, 5e-4],
  ])("has the published energy for β = %d", async (beta, energy, half) => {
    const { energies, chemicalPotential, converged, steps } = await minimiseCondensate(await trapped(beta));
    expect(converged).toBe(true);
    expect(steps).toBeLessThan(100);
    close(energies.total, energy, half + 2e-6);
    // Stretching the wave: 2T − 2V + I = 0, of first order in the residual; and μ = T + V + 2I.
    const [kinetic, external, interaction] = [energies.kinetic!, energies.external!, energies.nonlinearity!];
    close(2 * kinetic - 2 * external + interaction, 0, 1e-6 * energy);
    close(chemicalPotential, kinetic + external + 2 * interaction, 1e-9 * energy);
  });

  test("approaches Thomas and Fermi's 3/10 (3β/2)^⅔ from above", async () => {
    const excess = await Promise.all(
      [62.742, 627.42].map(async (beta) => {
        const { energies } = await minimiseCondensate(await trapped(beta));
        return energies.total / (0.3 * (1.5 * beta) ** (2 / 3)) - 1;
      }),
    );
    expect(excess[1]).toBeGreaterThan(0);
    expect(excess[1]).toBeLessThan(1e-3);
    expect(excess[0]).toBeGreaterThan(10 * excess[1]!); // ln β/β^{4/3}
  });

  test("takes as many steps whatever the cutoff: the preconditioner knows short waves", async () => {
    const steps = await Promise.all(
      [60, 480].map(async (ecut) => (await minimiseCondensate(await trapped(627.42, { ecut }))).steps),
    );
    expect(steps[1]).toBeLessThan(1.2 * steps[0]!); // twice as many with 1 in place of 1/(α + ½|G|²)
  });

  test("is the same by the self-consistent iteration", async () => {
    const model = await trapped(3.1371);
    const minimised = await minimiseCondensate(model);
    const iterated = await groundState(model);
    expect(iterated.converged).toBe(true);
    close(iterated.energies.total, minimised.energies.total, 1e-10);
    closeArrays(iterated.density, minimised.density, 1e-6);
    expect(iterated.eigenvalues[0]![0]).toBeCloseTo(minimised.chemicalPotential, 6);
  });

  test("in two dimensions obeys T − V + I = 0, and goes on from a wave it found before", async () => {
    const model = await defineModel({
      cell: [[14, 0], [0, 14]], // biome-ignore format: a matrix
      ecut: 22,
      terms: (grid) => [
        externalPotential(grid, ([x, y]) => 0.5 * ((x - 7) ** 2 + (y - 7) ** 2)),
        powerNonlinearity(grid, { coefficient: 50, power: 2 }),
      ],
    });
    const { energies, wave } = await minimiseCondensate(model, { tolerance: 1e-6 });
    expect(energies.nonlinearity).toBeGreaterThan(1);
    close(energies.kinetic! - energies.external! + energies.nonlinearity!, 0, 1e-5);
    const again = await minimiseCondensate(model, { tolerance: 1e-6, start: wave });
    expect(again.steps).toBeLessThan(3);
    close(again.energies.total, energies.total, 1e-10);
  });

  test("stops where it is told to, and says so", async () => {
    const stop = new AbortController();
    const state = await minimiseCondensate(await trapped(30), {
      signal: stop.signal,
      onStep: ({ step }) => {
        if (step === 5) stop.abort();
      },
    });
    expect(state.steps).toBe(5);
    expect(state.converged).toBe(false);
    expect(state.residual).toBeGreaterThan(1e-8);
  });

  test("with N bosons is that of one with N times the interaction, N times over", async () => {
    const one = await minimiseCondensate(await trapped(12));
    const many = await minimiseCondensate(await trapped(3, { particles: 4, perLevel: 4 }));
    close(many.energies.total, 4 * one.energies.total, 1e-10);
    close(many.chemicalPotential, one.chemicalPotential, 1e-8);
  });

  test("with |ψ|⁴ψ, power 3, obeys its virial theorem 2T − 2V + 2I = 0", async () => {
    const { energies, converged } = await minimiseCondensate(
      await defineModel({
        cell: [[20]],
        ecut: 40,
        terms: (grid) => [
          externalPotential(grid, ([x]) => 0.5 * (x - 10) ** 2),
          powerNonlinearity(grid, { coefficient: 7, power: 3 }),
        ],
      }),
    );
    expect(converged).toBe(true);
    close(energies.kinetic! - energies.external! + energies.nonlinearity!, 0, 1e-6);
    expect(energies.nonlinearity).toBeGreaterThan(0.1);
  });
});

test("a bright soliton without a trap: E = −β²/24 and ψ = √β/2 sech(βx/2) for an attraction −β", async () => {
  const beta = 4;
  const model = await defineModel({
    cell: [[16]],
    ecut: 300,
    terms: (grid) => [powerNonlinearity(grid, { coefficient: -beta / 2, power: 2 })],
  });
  const start = ([x]: readonly number[]) => [Math.exp(-((x! - 8) ** 2)), 0] as const;
  const { energies, density, chemicalPotential } = await minimiseCondensate(model, { start });
  close(energies.total, (-beta * beta) / 24, 1e-9);
  close(chemicalPotential, (-beta * beta) / 8, 1e-8);
  close(Math.max(...density), beta / 4, 1e-4); // the grid has a point at the middle or near it
});

test("what cannot be a condensate is refused in one line", async () => {
  await expect(minimiseCondensate(await trapped(1, { particles: 2 }))).rejects.toThrow(/^perLevel: must be/);
  await expect(minimiseCondensate(await trapped(1, { kgrid: [2] }))).rejects.toThrow(/^kgrid:/);
  await expect(minimiseCondensate(await trapped(1), { tolerance: 0 })).rejects.toThrow(/^tolerance:/);
  const broken = await defineModel({
    cell: [[5]],
    ecut: 5,
    terms: () => [
      { name: "external", evaluate: (rho) => ({ energy: Number.NaN, potential: newRealField(rho.length) }) },
    ],
  });
  await expect(minimiseCondensate(broken)).rejects.toThrow(
    /^terms: energies must be finite numbers, got .*external/,
  );
  const model = await trapped(1);
  await expect(minimiseCondensate(model, { start: new Float64Array(6) })).rejects.toThrow(
    /^start: ψ must be/,
  );
  expect(() => vortices(model.basis.grid, new Float64Array(4))).toThrow(/^vortices: a wave on a two/);
});
