import { describe, expect, test } from "vitest";
import { groundState, lowestLevels } from "../../src/ground/find-ground-state.ts";
import { defineModel, type ModelDefinition } from "../../src/models/define-model.ts";
import { externalPotential } from "../../src/terms/external/external.ts";
import { close, closeArrays } from "../close.ts";

/** @param tolerance residual, whose square over the gap is the error of a level. */
const levels = async (definition: ModelDefinition, count: number, tolerance = 1e-8): Promise<Float64Array> =>
  (await lowestLevels(await defineModel(definition), count, { tolerance }))[0]!;

const LENGTH = 6;
const wells: ModelDefinition = {
  cell: [[LENGTH]],
  ecut: 30,
  terms: (grid) => [
    externalPotential(grid, ([x]) => {
      const turn = (2 * Math.PI * x) / LENGTH;
      return -2 * Math.cos(turn) + 0.7 * Math.sin(2 * turn);
    }),
  ],
};

describe("½|p − A|² on a ring", () => {
  test("a constant A is a shift of k by −A", async () => {
    const share = 0.3;
    const a = (2 * Math.PI * share) / LENGTH;
    const field = await levels({ ...wells, vectorPotential: () => [a, 0, 0] }, 4);
    const shifted = await levels({ ...wells, kshift: [-share] }, 4);
    const plain = await levels(wells, 4);
    // The two have different spheres of waves: the levels agree to what the last waves matter.
    closeArrays(field, shifted, 1e-9);
    expect(Math.abs(field[1]! - plain[1]!)).toBeGreaterThan(1e-3);
  });

  test("a gauge A = ∂χ changes no level and no density", async () => {
    // χ = 0.4 sin(2πx/L): waves e^{iχ} that the cutoff holds to Bessel functions J₁₅(0.4) < 10⁻²⁰
    const q = (2 * Math.PI) / LENGTH;
    const gauge: ModelDefinition = {
      ...wells,
      ecut: 60,
      vectorPotential: ([x]) => [0.4 * q * Math.cos(q * x), 0, 0],
    };
    const plain = await groundState(await defineModel({ ...wells, ecut: 60 }));
    const gauged = await groundState(await defineModel(gauge));
    closeArrays(await levels(gauge, 4), await levels({ ...wells, ecut: 60 }, 4), 1e-9);
    closeArrays(gauged.density.data, plain.density.data, 1e-7);
    // The kinetic energy ⟨½|p − A|²⟩ is that of no field, and not ⟨½p²⟩.
    close(gauged.energies.kinetic!, plain.energies.kinetic!, 1e-7);
  });

  test("a whole flux quantum changes no level, half of one does", async () => {
    const flux = (quanta: number) =>
      levels({ ...wells, ecut: 60, vectorPotential: () => [(2 * Math.PI * quanta) / LENGTH, 0, 0] }, 4);
    closeArrays(await flux(1), await levels({ ...wells, ecut: 60 }, 4), 1e-9);
    const [half, other] = [await flux(0.5), await flux(-0.5)];
    closeArrays(half, other, 1e-9);
    expect(Math.abs(half[0]! - (await flux(0))[0]!)).toBeGreaterThan(1e-4);
  });
});

test("Fock and Darwin: a rotating oscillator has the levels 2n + |l| + 1 − Ωl", async () => {
  const omega = 0.3;
  const found = await levels(
    {
      cell: [[14, 0], [0, 14]], // biome-ignore format: a matrix
      ecut: 24,
      vectorPotential: ([x, y]) => [-omega * (y - 7), omega * (x - 7), 0],
      terms: (grid) => [
        externalPotential(grid, ([x, y]) => 0.5 * (1 - omega ** 2) * ((x - 7) ** 2 + (y - 7) ** 2)),
      ],
    },
    6,
    1e-5,
  );
  // (n, l) = (0,0) (0,1) (0,−1) (0,2) (1,0) (0,3)
  closeArrays(found, [1, 1.7, 2.3, 2.4, 3, 3.1], 1e-7);
});

test("a magnetic field breaks time reversal: k and −k both count", async () => {
  const model = await defineModel({
    ...wells,
    kgrid: [3],
    vectorPotential: () => [0.2, 0, 0],
  });
  const plain = await defineModel({ ...wells, kgrid: [3] });
  expect(model.basis.kpoints.map(({ k }) => k[0])).toHaveLength(3);
  expect(plain.basis.kpoints).toHaveLength(2);
});

test("two threads give the digits of one in a magnetic field", async () => {
  const definition: ModelDefinition = { ...wells, kgrid: [3], vectorPotential: () => [0.2, 0, 0] };
  await using one = await groundState(await defineModel(definition));
  await using two = await groundState(await defineModel({ ...definition, threads: 2 }));
  expect(two.orbitals.threads).toBe(2);
  expect(two.energies).toEqual(one.energies);
  expect(two.density).toEqual(one.density);
});
