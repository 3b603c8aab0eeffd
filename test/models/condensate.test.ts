import { describe, expect, test } from "vitest";
import { groundState } from "../../src/ground/find-ground-state.ts";
import { newRealField } from "../../src/kernels/fields.ts";
import { minimiseCondensate } from "../../src/models/condensate.ts";
import { type DefinedModel, defineModel, type ModelDefinition } from "../../src/models/define-model.ts";
import { vortices } from "../../src/models/vortices.ts";
import { externalPotential } from "../../src/terms/external/external.ts";
import { powerNonlinearity } from "../../src/terms/nonlinearity/nonlinearity.ts";
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

/**
 * Lowest energy of −½ψ″ + ½x²ψ + β|ψ|²ψ on |x| ≤ `end` in differences of second order, by backward steps of imaginary time:
 * (1 + τH[ψ])ψ⁺ = ψ, normalised, until the energy stands still.
 */
function imaginaryTime(beta: number, end: number, h: number): number {
  const points = Math.round(end / h); // the right half: ψ is even
  const tau = 0.5;
  let psi = Float64Array.from({ length: points }, (_, i) => Math.exp(-((i * h) ** 2) / 8));
  const integral = (f: Float64Array) => 2 * h * f.reduce((sum, x, i) => sum + (i === 0 ? x / 2 : x), 0);
  const energyOf = (f: Float64Array) => {
    const local = f.map((x, i) => (0.5 * (i * h) ** 2 + 0.5 * beta * x * x) * x * x);
    const slopes = f.map((x, i) => (((f[i + 1] ?? 0) - x) / h) ** 2 / 2);
    return integral(local) + 2 * h * slopes.reduce((sum, x) => sum + x, 0);
  };
  let energy = Number.POSITIVE_INFINITY;
  for (;;) {
    const diagonal = psi.map((x, i) => 1 + tau * (1 / h ** 2 + 0.5 * (i * h) ** 2 + beta * x * x));
    const next = solveTridiagonal(diagonal, -tau / (2 * h ** 2), psi);
    const norm = Math.sqrt(integral(next.map((x) => x * x)));
    psi = next.map((x) => x / norm);
    const found = energyOf(psi);
    if (Math.abs(energy - found) < 1e-12 * found) return found;
    energy = found;
  }
}

/** Constant beside the diagonal, but twice it above the first entry: the mirror image of an even function. */
function solveTridiagonal(diagonal: Float64Array, beside: number, right: Float64Array): Float64Array {
  const above = new Float64Array(diagonal.length);
  const out = new Float64Array(diagonal.length);
  diagonal.forEach((d, i) => {
    const pivot = i === 0 ? d : d - beside * above[i - 1]!;
    above[i] = (i === 0 ? 2 * beside : beside) / pivot;
    out[i] = (right[i]! - (i === 0 ? 0 : beside * out[i - 1]!)) / pivot;
  });
  for (let i = diagonal.length - 2; i >= 0; i--) out[i]! -= above[i]! * out[i + 1]!;
  return out;
}

describe("the Gross-Pitaevskii equation in a harmonic trap", () => {
  // Another algorithm on another discretisation, at two spacings: imaginary time in finite differences.
  test.each([3.1371, 12.5484, 31.371, 156.855, 627.42])(
    "has the energy of imaginary time for β = %d",
    async (beta) => {
      const { energies, chemicalPotential, converged, steps } = await minimiseCondensate(await trapped(beta));
      expect(converged).toBe(true);
      expect(steps).toBeLessThan(100);
      const energy = energies.total;
      const [coarse, fine] = [0.04, 0.02].map((h) => imaginaryTime(beta, 14, h));
      expect(Math.abs(coarse! - energy)).toBeGreaterThan(1e-6); // so that the extrapolation below is one
      close((4 * fine! - coarse!) / 3, energy, 1e-7); // h⁴ over the fourth power of the healing length, 0.2 bohr at worst
      // The kinetic energy is positive, so this is below the energy, however strong the repulsion.
      expect(energy).toBeGreaterThan(0.3 * (1.5 * beta) ** (2 / 3));
      // Stretching the wave: 2T − 2V + I = 0, of first order in the residual; and μ = T + V + 2I.
      const [kinetic, external, interaction] = [
        energies.kinetic!,
        energies.external!,
        energies.nonlinearity!,
      ];
      close(2 * kinetic - 2 * external + interaction, 0, 1e-6 * energy);
      close(chemicalPotential, kinetic + external + 2 * interaction, 1e-9 * energy);
    },
  );

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
    closeArrays(iterated.density.data, minimised.density, 1e-6);
    expect(iterated.levels[0]!.energies[0]).toBeCloseTo(minimised.chemicalPotential, 6);
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
  await expect(minimiseCondensate(await trapped(1), { tolerance: 0 })).rejects.toThrow(
    /^minimiseCondensate\.tolerance: must be a positive energy/,
  );
  await expect(minimiseCondensate(await trapped(1), { starts: 1.5 })).rejects.toThrow(
    /^minimiseCondensate\.starts: must be a positive whole number/,
  );
  const start = () => [1, 0] as const;
  await expect(minimiseCondensate(await trapped(1), { starts: 2, start })).rejects.toThrow(/beside a start/);
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
