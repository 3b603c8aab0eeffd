import { describe, expect, test } from "vitest";
import { groundState, lowestLevels } from "../../src/ground/find-ground-state.ts";
import { defineModel, type ModelDefinition } from "../../src/models/define-model.ts";
import { externalFromFourier, externalPotential } from "../../src/terms/external/external.ts";
import { closeArrays } from "../close.ts";

/** [[a]], [[a, 0], [0, a]] or a cube. */
const box = (dimension: number, a: number): number[][] =>
  Array.from({ length: dimension }, (_, i) => Array.from({ length: dimension }, (_, j) => (i === j ? a : 0)));

const levels = async (definition: ModelDefinition, count: number, tolerance = 1e-9): Promise<Float64Array> =>
  (await lowestLevels(await defineModel(definition), count, { tolerance }))[0]!;

const square = (x: number): number => x * x;

describe("the harmonic oscillator ½r²", () => {
  // Gaussians of width 1 end at the box and at the cutoff: e^{−(L/2)²}, e^{−2·ecut} and the second order of the residual.
  test.each([
    [1, 30, 14, [0.5, 1.5, 2.5, 3.5], 1e-10],
    [2, 30, 14, [1, 2, 2, 3, 3, 3], 1e-10],
    [3, 10, 11, [1.5, 2.5, 2.5, 2.5], 1e-5],
  ])("has its levels in %d-D", async (dimension, ecut, a, expected, tolerance) => {
    const centre = a / 2;
    const found = await levels(
      {
        cell: box(dimension, a),
        ecut,
        terms: (grid) => [
          externalPotential(
            grid,
            (r) => 0.5 * r.slice(0, dimension).reduce((sum, x) => sum + square(x - centre), 0),
          ),
        ],
      },
      expected.length,
      1e-7,
    );
    closeArrays(found, expected, tolerance);
  });

  test("obeys the virial theorem, ⟨T⟩ = ⟨V⟩, with an energy that the iteration only confirms", async () => {
    const model = await defineModel({
      cell: [[14]],
      ecut: 30,
      terms: (grid) => [externalPotential(grid, ([x]) => 0.5 * square(x - 7))],
    });
    const { energies, converged } = await groundState(model);
    expect(converged).toBe(true);
    expect(energies.kinetic).toBeCloseTo(0.25, 7);
    expect(energies.external).toBeCloseTo(0.25, 7);
    expect(energies.total).toBeCloseTo(0.5, 10);
  });
});

test.each([
  [4, 1, 8],
  [4, 2, 4],
  [5, 5, 2.5],
])("%d particles, %d to a level, fill the oscillator from below", async (particles, perLevel, energy) => {
  const model = await defineModel({
    cell: [[16]],
    ecut: 30,
    particles,
    perLevel,
    terms: (grid) => [externalPotential(grid, ([x]) => 0.5 * square(x - 8))],
  });
  const { energies, density } = await groundState(model);
  expect(energies.total).toBeCloseTo(energy, 8);
  expect(density.data.reduce((sum, x) => sum + x * model.basis.grid.dvol, 0)).toBeCloseTo(particles, 10);
});

test("a potential along x in a 2-D or 3-D cell has the levels of 1-D beside sums with free waves", async () => {
  const wells = (grid: Parameters<ModelDefinition["terms"]>[0]) => [
    externalPotential(grid, ([x]) => -2 * Math.cos((2 * Math.PI * x) / 5)),
  ];
  const one = await levels({ cell: [[5]], ecut: 12, terms: wells }, 2);
  // Wide apart, the free waves ½(2π/0.9)² = 24 Ha lie above the cutoff, so the same waves remain.
  const two = await levels({ cell: [[5, 0], [0, 0.9]], ecut: 12, terms: wells }, 2); // biome-ignore format: a matrix
  const three = await levels({ cell: [[5, 0, 0], [0, 0.9, 0], [0, 0, 0.8]], ecut: 12, terms: wells }, 2); // biome-ignore format: a matrix
  closeArrays(two, one, 1e-12);
  closeArrays(three, one, 1e-12);
});

test("the width of the missing axes sets the unit of density and nothing else", async () => {
  const definition: ModelDefinition = {
    cell: [[8]],
    ecut: 12,
    terms: (grid) => [externalPotential(grid, ([x]) => square(x - 4))],
  };
  const thin = await groundState(await defineModel(definition));
  const wide = await groundState(await defineModel({ ...definition, width: 3 }));
  expect(wide.energies.total).toBeCloseTo(thin.energies.total, 10);
  closeArrays(
    wide.density.data.map((x) => 9 * x),
    thin.density.data,
    1e-6,
  );
});

describe("Mathieu's equation −½y″ + q cos(2x) y = ½a y", () => {
  // scipy.special.mathieu_a and mathieu_b: a₀ b₂ a₂ of period π, b₁ a₁ of period 2π.
  test.each([
    [1, 0, [-0.45513860410741364, 3.917024772998471, 4.371300982735086]],
    [1, 0.5, [-0.11024881699209521, 1.8591080725143634]],
    [5, 0, [-5.800046020851508, 2.0994604454866654, 7.449109739529177]],
    [5, 0.5, [-5.790080598637771, 1.8581875415477507]],
    [25, 0, [-40.25677954656679, -21.314860622249853, -3.5221647271582945]],
    [25, 0.5, [-40.25677898468416, -21.314899690665726]],
  ])("has its characteristic values for q = %d at k = %d", async (q, k, expected) => {
    const found = await levels(
      {
        cell: [[Math.PI]],
        kshift: [k],
        ecut: 400,
        terms: (grid) => [externalPotential(grid, ([x]) => q * Math.cos(2 * x))],
      },
      expected.length,
    );
    closeArrays(
      found.map((e) => 2 * e),
      expected,
      1e-10, // rounding of matrix elements up to 400
    );
  });
});

test("sech² wells have the levels −½(λ − n)², λ = 3", async () => {
  const found = await levels(
    {
      cell: [[40]],
      ecut: 100,
      terms: (grid) => [externalPotential(grid, ([x]) => -6 / Math.cosh(x - 20) ** 2)],
    },
    3,
  );
  closeArrays(found, [-4.5, -2, -0.5], 1e-9); // the waves beyond the cutoff fall like e^{−π√200/2}
});

test("hydrogen with the soft interaction −1/√(x² + 1)", async () => {
  const found = await levels(
    {
      cell: [[60]],
      ecut: 60,
      terms: (grid) => [externalPotential(grid, ([x]) => -1 / Math.sqrt(square(x - 30) + 1))],
    },
    2,
  );
  // A sinc basis of 2401 functions on 120 bohr (numpy.linalg.eigvalsh) gives these eight digits.
  closeArrays(found, [-0.66977714, -0.27489135], 1e-8);
});

test("hydrogen in a box: from above to −½, with the error ecut^{−3/2} of the cusp", async () => {
  const [a, radius] = [12, 6];
  // −1/r up to `radius`, whose tail beyond would add e^{−12} or so.
  const coulomb = ([x, y, z]: readonly [number, number, number]) => {
    const q2 = x * x + y * y + z * z;
    if (q2 === 0) return -2 * Math.PI * radius ** 2;
    return ((-4 * Math.PI) / q2) * (1 - Math.cos(Math.sqrt(q2) * radius));
  };
  const energy = async (ecut: number) =>
    (
      await levels(
        {
          cell: box(3, a),
          ecut,
          terms: (grid) => [externalFromFourier(grid, coulomb, [a / 2, a / 2, a / 2])],
        },
        1,
        1e-5,
      )
    )[0]!;
  const [coarse, fine] = [await energy(10), await energy(20)];
  expect(coarse).toBeGreaterThan(fine);
  expect(fine).toBeGreaterThan(-0.5 - 1e-4);
  // Shells of waves come one by one: the law holds to a tenth of the step from 10 to 20 Ha.
  const limit = fine + (fine - coarse) / (2 ** 1.5 - 1);
  expect(Math.abs(limit + 0.5)).toBeLessThan(0.2 * (coarse - fine));
  expect(Math.abs(limit + 0.5)).toBeLessThan(0.3 * Math.abs(fine + 0.5));
});

test("what cannot be a model is refused in one line", async () => {
  const good: ModelDefinition = { cell: [[5]], ecut: 5, terms: () => [] };
  await expect(defineModel({ ...good, cell: [[5, 0]] })).rejects.toThrow(/^cell: one, two or three/);
  await expect(defineModel({ ...good, cell: [] })).rejects.toThrow(/^cell:/);
  await expect(defineModel({ ...good, particles: 0 })).rejects.toThrow(/^particles: must be a positive/);
  await expect(defineModel({ ...good, kgrid: [2, 2] })).rejects.toThrow(/^kgrid: must have one value/);
  await expect(defineModel({ ...good, smearing: "gaussian" })).rejects.toThrow(/^temperature:/);
  await expect(defineModel({ ...good, smearing: "none", temperature: 0.1 })).rejects.toThrow(/^smearing:/);
  await expect(defineModel({ ...good, temperature: 300 })).rejects.toThrow(/^temperature: .* 300 K would be/);
  expect((await defineModel({ ...good, temperature: 0.1 })).basis.model.smearing).toBe("fermi-dirac");
  await expect(defineModel({ ...good, width: -1 })).rejects.toThrow(/^width:/);
  await expect(
    defineModel({ ...good, terms: (grid) => [externalPotential(grid, ([x]) => 1 / x)] }),
  ).rejects.toThrow(/^externalPotential: V\(r\) must be a finite/);
});
