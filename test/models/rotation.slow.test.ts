import { describe, expect, test } from "vitest";
import type { Grid } from "../../src/basis/grid.ts";
import { type Condensate, minimiseCondensate } from "../../src/models/condensate.ts";
import { defineModel } from "../../src/models/define-model.ts";
import { vortices } from "../../src/models/vortices.ts";
import { externalPotential } from "../../src/terms/external/external.ts";
import { powerNonlinearity } from "../../src/terms/nonlinearity/nonlinearity.ts";
import { close } from "../close.ts";

const rotating = (omega: number, beta: number) => ({
  cell: [[14, 0], [0, 14]], // biome-ignore format: a matrix
  ecut: 15,
  // ½|p − Ω × r|² + ½(1 − Ω²)r² = ½p² + ½r² − ΩL
  vectorPotential: ([x, y]: readonly [number, number, number]) =>
    [-omega * (y - 7), omega * (x - 7), 0] as const,
  terms: (grid: Grid) => [
    externalPotential(grid, ([x, y]) => 0.5 * (1 - omega ** 2) * ((x - 7) ** 2 + (y - 7) ** 2)),
    powerNonlinearity(grid, { coefficient: beta / 2, power: 2 }),
  ],
});

/** The energy at another rotation, followed from a state with its vortices. */
async function energyAt(omega: number, { wave }: Condensate): Promise<number> {
  const model = await defineModel(rotating(omega, 100));
  const { energies } = await minimiseCondensate(model, { start: wave, maxIterations: 400, tolerance: 1e-5 });
  return energies.total;
}

describe("a rotating condensate in two dimensions", () => {
  test("without rotation has no vortex, in a field of its own it has four at Ω = 0.7, β = 100", async () => {
    const still = await minimiseCondensate(await defineModel(rotating(0, 100)), { tolerance: 1e-6 });
    const model = await defineModel(rotating(0.7, 100));
    // Three vortices are a minimum as well, 0.004 Ha higher: the lowest of some starts.
    const ends: number[] = [];
    const turning = await minimiseCondensate(model, {
      starts: 4,
      tolerance: 1e-4,
      onStep: ({ start, energy }) => {
        ends[start] = energy;
      },
    });
    expect(turning.converged).toBe(true);
    expect(ends).toHaveLength(4);
    expect(turning.energies.total).toBe(Math.min(...ends));
    expect(Math.max(...ends)).toBeGreaterThan(turning.energies.total + 1e-3); // they differ, so it matters
    expect(vortices(model.basis.grid, still.wave)).toEqual([]);
    const found = vortices(model.basis.grid, turning.wave);
    expect(found.map(({ charge }) => charge)).toEqual([1, 1, 1, 1]);
    // The phase winds four times around a circle that holds them all.
    const [n] = model.basis.grid.size;
    let winding = 0;
    const phase = (angle: number) => {
      const [x, y] = [7 + 3.2 * Math.cos(angle), 7 + 3.2 * Math.sin(angle)].map((r) =>
        Math.round((r * n) / 14),
      );
      const i = x! + n * y!;
      return Math.atan2(turning.wave[2 * i + 1]!, turning.wave[2 * i]!);
    };
    for (let i = 0; i < 400; i++) {
      const step = phase((2 * Math.PI * (i + 1)) / 400) - phase((2 * Math.PI * i) / 400);
      winding += step - 2 * Math.PI * Math.round(step / (2 * Math.PI));
    }
    close(winding / (2 * Math.PI), 4, 1e-9);
    expect(turning.energies.total).toBeLessThan(still.energies.total - 0.3);
    // dE/dΩ = −⟨L⟩; a vortex at the axis brings one, those towards the edge less.
    const slope = ((await energyAt(0.71, turning)) - (await energyAt(0.69, turning))) / 0.02;
    expect(-slope).toBeGreaterThan(1.5);
    expect(-slope).toBeLessThan(4);
  });
});

test("a condensate in three dimensions obeys the virial theorem 2T − 2V + 3I = 0", async () => {
  const model = await defineModel({
    cell: [[12, 0, 0], [0, 12, 0], [0, 0, 12]], // biome-ignore format: a matrix
    ecut: 10,
    terms: (grid) => [
      externalPotential(grid, ([x, y, z]) => 0.5 * ((x - 6) ** 2 + (y - 6) ** 2 + (z - 6) ** 2)),
      powerNonlinearity(grid, { coefficient: 50, power: 2 }),
    ],
  });
  const { energies, converged } = await minimiseCondensate(model, { tolerance: 1e-6 });
  expect(converged).toBe(true);
  expect(energies.nonlinearity).toBeGreaterThan(0.5);
  // The waves beyond the cutoff and what the box cuts off.
  close(2 * energies.kinetic! - 2 * energies.external! + 3 * energies.nonlinearity!, 0, 1e-4);
});
